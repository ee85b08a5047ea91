/**
 * Gives the twin of a text area as many lines as the frame asks for, so that the box around both grows with the text. Whether it
 * changed anything. No rows: the app has not asked for that.
 */
export function setRows(twin: HTMLElement, rows: number | undefined): boolean {
  const { rows: before } = twin as HTMLTextAreaElement;
  if (rows === undefined || rows === before) return false;
  (twin as HTMLTextAreaElement).rows = rows;
  return true;
}
