/**
 * The entries of metadata that a filter can name, each as one text: JSON of key and value. Databases compare these
 * texts, so no key or value of a caller is ever part of a query's own language, such as a path or an operator.
 */
export const metadataEntries = (metadata: Record<string, unknown>): string[] =>
  Object.entries(metadata)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
    .map((entry) => JSON.stringify(entry));
