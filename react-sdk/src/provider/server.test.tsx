import { describe, expect, test } from '@jest/globals';
import { renderToString } from 'react-dom/server';
import {
  LunaSecProvider,
  SecureForm,
  SecureInput,
  SecureParagraph,
  SecureSpan,
  SecureTextArea,
  useLunaSec,
} from '../index.js';

function Session() {
  return <output>{useLunaSec().session.state}</output>;
}

describe('rendered on a server', () => {
  const markup = renderToString(
    <LunaSecProvider applicationId="demo" tokenizerURL="https://tokens.example">
      <Session />
      <SecureForm>
        <SecureInput name="a" className="control" placeholder="000" />
        <SecureTextArea name="b" rows={4} />
      </SecureForm>
      <SecureParagraph token="lunasec-00000000-0000-4000-8000-000000000001" />
      <SecureSpan token="lunasec-00000000-0000-4000-8000-000000000001" />
    </LunaSecProvider>,
  );

  test('there is a place for every element, and no frame yet', () => {
    expect(typeof document).toBe('undefined');
    expect(markup).toMatch(/<input[^>]*class="control"/);
    expect(markup).toMatch(/<textarea[^>]*rows="4"/);
    expect(markup).toContain('connecting');
    expect(markup).not.toContain('<iframe');
  });

  test('before the script runs nobody can type into a twin', () => {
    for (const [twin] of markup.matchAll(/<(?:input|textarea)[^>]*>/g)) {
      expect(twin).toContain('disabled=""');
      expect(twin).toContain('visibility:hidden');
    }
  });
});
