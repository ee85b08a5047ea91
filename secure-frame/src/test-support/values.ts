/** Well-formed tokens, as many as a test needs: `token(1)`, `token(2)`, … */
export const token = (number: number): string =>
  `lunasec-00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** A presigned upload and download of a token, as the tokenizer answers them. */
export const uploadOf = (name: string) => ({
  url: `https://objects.example/${name}?signed=put`,
  method: 'PUT' as const,
  headers: { 'content-type': 'application/octet-stream' },
  expiresAt: '2030-01-01T00:00:00.000Z',
});
export const downloadOf = (name: string) => ({
  url: `https://objects.example/${name}?signed=get`,
  method: 'GET' as const,
  headers: {},
  expiresAt: '2030-01-01T00:00:00.000Z',
  size: 285,
  dataKey: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
});

export const inputOf = (name: string) => ({
  token: name,
  dataKey: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
  size: 285,
  checksum: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
});
