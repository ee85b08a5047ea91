/** Calls that the tokenizer has answered to application servers so far, by operation, read from its metrics. */
export async function countServerCalls(
  metricsURL: string,
): Promise<{ verifyStoreGrants: number; createReadGrants: number }> {
  const text = await (await fetch(metricsURL)).text();
  const count = (operation: string) =>
    text
      .split('\n')
      .filter((line) => /^lunasec_\w*_total\{/.test(line) && line.includes(`operation="${operation}"`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  return { verifyStoreGrants: count('verifyStoreGrants'), createReadGrants: count('createReadGrants') };
}
