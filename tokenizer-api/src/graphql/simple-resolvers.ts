/**
 * For types whose fields are plain properties: graphql-js reads them by itself. type-graphql would make a promise for each field of
 * each entry of a batch.
 */
export const simpleResolvers = true;
