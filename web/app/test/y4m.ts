import { readFileSync, writeFileSync } from "node:fs";
import type { Browser } from "playwright-core";

/** Writes a photo as a film that a fake camera shows: one picture, again and again. Y4M keeps colours as they are. */
export async function filmOf(browser: Browser, photo: string, out: string, width = 1280, height = 960): Promise<void> {
  const page = await browser.newPage();
  const bytes = readFileSync(photo).toString("base64");
  const pixels = await page.evaluate(
    async ([data, width, height]) => {
      const image = new Image();
      image.src = `data:image/jpeg;base64,${data}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = width;
      canvas.height = height;
      const context = canvas.getContext("2d");
      if (!context) return "";
      // The whole photo, as large as it goes: a camera held so that nothing is cut off.
      const scale = Math.min(width / image.naturalWidth, height / image.naturalHeight);
      context.fillStyle = "#3a3d42";
      context.fillRect(0, 0, width, height);
      const [w, h] = [image.naturalWidth * scale, image.naturalHeight * scale];
      context.drawImage(image, (width - w) / 2, (height - h) / 2, w, h);
      const { data: rgba } = context.getImageData(0, 0, width, height);
      // In pieces: one call takes only so many arguments.
      let text = "";
      for (let at = 0; at < rgba.length; at += 0x8000) text += String.fromCharCode(...rgba.subarray(at, at + 0x8000));
      return btoa(text);
    },
    [bytes, width, height] as const,
  );
  await page.close();
  const frame = Buffer.concat([Buffer.from("FRAME\n"), yuvOf(Buffer.from(pixels, "base64"), width, height)]);
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F15:1 Ip A1:1 C420jpeg\n`);
  writeFileSync(out, Buffer.concat([head, frame, frame, frame, frame]));
}

/** BT.601, the numbers that cameras' films are taken to have. */
function yuvOf(rgba: Buffer, width: number, height: number): Buffer {
  const luma = Buffer.alloc(width * height);
  const blue = Buffer.alloc((width * height) / 4);
  const red = Buffer.alloc((width * height) / 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 4;
      const [r = 0, g = 0, b = 0] = rgba.subarray(at, at + 3);
      luma[y * width + x] = Math.round(16 + (65.738 * r + 129.057 * g + 25.064 * b) / 256);
      if (x % 2 === 1 || y % 2 === 1) continue;
      const half = (y / 2) * (width / 2) + x / 2;
      blue[half] = Math.round(128 + (-37.945 * r - 74.494 * g + 112.439 * b) / 256);
      red[half] = Math.round(128 + (112.439 * r - 94.154 * g - 18.285 * b) / 256);
    }
  }
  return Buffer.concat([luma, blue, red]);
}
