/** East Asian wide and emoji characters take two columns of a terminal (Unicode Standard Annex 11, the blocks in use). */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

/** Columns that plain text takes on a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}

/** Text in exactly `width` columns: padded with blanks, or cut with an ellipsis. */
export function fit(text: string, width: number): string {
  const own = widthOf(text);
  if (own <= width) return text + " ".repeat(width - own);
  let kept = "";
  let used = 0;
  for (const character of text) {
    const next = used + widthOf(character);
    if (next > width - 1) break;
    kept += character;
    used = next;
  }
  return width <= 0 ? "" : `${kept}…${" ".repeat(width - 1 - used)}`;
}
