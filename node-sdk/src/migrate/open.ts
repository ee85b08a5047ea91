import { MigrationError } from './column.js';
import type { OpenColumn } from './column.js';
import { isMongoURL, openMongoColumn } from './mongo.js';
import { dialectOf, openSQLColumn } from './sql.js';

/** Opens a column by the kind of database that the URL names. Its driver must be installed. */
export const openColumn: OpenColumn = async (url, place) => {
  if (isMongoURL(url)) return openMongoColumn(url, place);
  if (dialectOf(url)) return openSQLColumn(url, place);
  throw new MigrationError(
    'The URL of the database must begin with mongodb:, postgres:, mysql:, mariadb:, sqlite: or file:.',
  );
};
