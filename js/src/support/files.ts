/** Files and the clipboard: what leaves the page on the person's own wish. */

export function download(name: string, data: BlobPart): void {
  const url = URL.createObjectURL(data instanceof Blob ? data : new Blob([data]));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser may begin to read only after the click.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export async function png(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error("The picture could not be made into a PNG."));
    }, "image/png");
  });
}

export async function copyPicture(canvas: HTMLCanvasElement): Promise<void> {
  if (!navigator.clipboard?.write) {
    throw new Error("This page may not use the clipboard (it needs https): save the PNG instead.");
  }
  await navigator.clipboard.write([new ClipboardItem({ "image/png": png(canvas) })]);
}
