/** How many lines the text of a laid out text area takes, between `least` and `most`. */
export function countRows(area: HTMLTextAreaElement, least: number, most: number): number {
  const { rows, scrollTop } = area;
  // As high as one line, and as wide as if nothing were to scroll.
  area.classList.add('measured');
  area.rows = 1;
  const { paddingTop, paddingBottom } = getComputedStyle(area);
  const padding = parseFloat(paddingTop) + parseFloat(paddingBottom);
  const lines = Math.round((area.scrollHeight - padding) / (area.clientHeight - padding));
  area.classList.remove('measured');
  area.rows = rows;
  area.scrollTop = scrollTop;
  return Math.min(Math.max(lines || 0, least), Math.max(least, most));
}
