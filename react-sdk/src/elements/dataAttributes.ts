/** The `data-…` attributes among a component's props. Nothing else is passed on: a twin must never hold a value. */
export function dataAttributes(props: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(props).filter(([name]) => name.startsWith('data-')));
}
