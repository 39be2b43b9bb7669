/** HTML that is safe to send: what was put into it has been escaped. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in a template: text, which is escaped, HTML, and lists of both. */
export type Piece = string | number | Html | undefined | false | readonly Piece[];

/** Returns HTML. Everything put in between is escaped, but for HTML itself. */
export function html(fixed: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(fixed.map((text, n) => text + (n < pieces.length ? written(pieces[n]) : "")).join(""));
}

function written(piece: Piece): string {
  if (piece === undefined || piece === false) return "";
  if (piece instanceof Html) return piece.text;
  if (Array.isArray(piece)) return piece.map(written).join("");
  return String(piece).replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
