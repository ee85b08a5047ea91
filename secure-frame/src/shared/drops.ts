/**
 * Counts messages that a frame has dropped, as an attribute of its own document: there for who inspects the frame, out of
 * reach for the page around it.
 */
export function createDropCounter({ documentElement }: Document): () => void {
  let count = 0;
  return () => {
    count++;
    documentElement.dataset.droppedMessages = String(count);
  };
}
