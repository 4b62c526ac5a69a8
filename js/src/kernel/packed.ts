/** Frames as JSON carries them: base64 of zlib. The other side is `pack` in inspector/page/messages.py. */
import { asView } from "./frame";

export async function inflate(base64: string): Promise<Uint8Array> {
  const packed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export function viewOf(bytes: Uint8Array): DataView {
  return asView(bytes) as DataView;
}
