import qrcode from "qrcode-generator";

/** Returns a QR code as SVG: one path, so that it scales to any screen. */
export function qrOf(text: string): string {
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const size = code.getModuleCount();
  const cells = Array.from({ length: size * size }, (_, at) => [Math.floor(at / size), at % size] as const);
  const path = cells.map(([row, column]) => (code.isDark(row, column) ? `M${column + 2},${row + 2}h1v1h-1z` : "")).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size + 4} ${size + 4}"><path d="${path}"/></svg>`;
}
