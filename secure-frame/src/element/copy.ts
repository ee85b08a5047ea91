/**
 * Copies a text to the clipboard; a browser allows it for a moment after a click. Where the page does not delegate the
 * clipboard to the frame, the older command still works. Resolves with whether it did.
 */
export async function copyText(
  document: Document,
  clipboard: Pick<Clipboard, 'writeText'> | undefined,
  text: string,
): Promise<boolean> {
  try {
    if (!clipboard) throw new Error('This browser has no clipboard.');
    await clipboard.writeText(text);
    return true;
  } catch {
    const put = (event: ClipboardEvent) => {
      event.clipboardData?.setData('text/plain', text);
      event.preventDefault();
    };
    document.addEventListener('copy', put, { once: true });
    const done = document.execCommand('copy');
    document.removeEventListener('copy', put);
    return done;
  }
}
