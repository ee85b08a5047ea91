/**
 * Whether a file may be chosen under an `accept` attribute (HTML §4.10.5.1.17): its name ends with one of the extensions, or its
 * media type, as the browser tells it from the name, is one of the types. Of files that are dropped browsers do not
 * check that. An empty list accepts all.
 */
export function isAccepted({ name, type }: Pick<File, 'name' | 'type'>, accept: string | undefined): boolean {
  const wanted = (accept ?? '')
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter(Boolean);
  const [file, mediaType] = [name.toLowerCase(), type.toLowerCase()];
  return (
    wanted.length === 0 ||
    wanted.some((each) => {
      if (each.startsWith('.')) return file.endsWith(each);
      return each.endsWith('/*') ? mediaType.startsWith(each.slice(0, -1)) : mediaType === each;
    })
  );
}
