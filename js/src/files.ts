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

/** A canvas as a PNG, `scale` device pixels for each of its own. */
export async function png(canvas: HTMLCanvasElement, scale = 1): Promise<Blob> {
  const copy = document.createElement("canvas");
  copy.width = Math.round(canvas.width * scale);
  copy.height = Math.round(canvas.height * scale);
  const context = copy.getContext("2d");
  if (!context) throw new Error("This browser gives no canvas.");
  context.imageSmoothingEnabled = scale < 1;
  context.drawImage(canvas, 0, 0, copy.width, copy.height);
  return new Promise((resolve, reject) => {
    copy.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error("The picture could not be made into a PNG."));
    }, "image/png");
  });
}

export async function copyPicture(canvas: HTMLCanvasElement, scale: number): Promise<void> {
  if (!navigator.clipboard?.write) {
    throw new Error("This page may not use the clipboard (it needs https): save the PNG instead.");
  }
  await navigator.clipboard.write([new ClipboardItem({ "image/png": png(canvas, scale) })]);
}
