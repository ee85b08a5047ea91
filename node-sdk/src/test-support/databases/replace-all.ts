import type { Column } from '../../migrate/column.js';

/** Writes `new` to every row of a column, which is closed after that; `between`: what happens after they were read. */
export async function replaceAll(
  column: Column,
  { batchSize, between = () => undefined }: { batchSize: number; between?: () => unknown },
): Promise<boolean[]> {
  try {
    const changes = [];
    for await (const rows of column.rows(batchSize)) changes.push(...rows.map((row) => ({ row, to: 'new' })));
    await between();
    return await column.replace(changes);
  } finally {
    await column.close();
  }
}
