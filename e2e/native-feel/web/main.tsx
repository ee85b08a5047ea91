import { LunaSecProvider } from '@lunasec/react-sdk';
import { createRoot } from 'react-dom/client';
import { Cases } from './cases.js';
import { plainFields, secureFields } from './fields.js';
import { Form } from './Form.js';
import { graphql } from '../../fixture/graphql.js';
import { Store } from './Store.js';
import { texts } from './texts.js';
import type { TextName } from './texts.js';
import { themes } from './themes.js';
import type { Theme, ThemeName } from './themes.js';

/** `?store` stores the texts; `?form` shows a form to type into; `?theme=…&as=plain` or `secure` shows every field in every state. */
const query = new URLSearchParams(location.search);
const config: { applicationId: string; tokenizerURL: string } = await (await fetch('/config.json')).json();
const root = createRoot(document.getElementById('root')!);

if (query.has('store'))
  root.render(
    <LunaSecProvider {...config}>
      <Store />
    </LunaSecProvider>,
  );
else if (query.has('form'))
  root.render(
    <LunaSecProvider {...config}>
      <Form />
    </LunaSecProvider>,
  );
else {
  const { css, dir }: Theme = themes[query.get('theme') as ThemeName];
  const style = document.createElement('style');
  style.textContent = css;
  document.head.append(style);
  if (dir) document.documentElement.dir = dir;

  if (query.get('as') === 'plain') root.render(<Cases {...plainFields} isRightToLeft={dir === 'rtl'} />);
  else {
    const { values } = await graphql<{ values: string[] }>('{ values }');
    const names = Object.keys(texts) as TextName[];
    const tokens = Object.fromEntries(names.map((name, index) => [name, values[index]!]));
    const fields = secureFields(tokens as Record<TextName, string>);
    root.render(
      <LunaSecProvider {...config}>
        <Cases {...fields} isRightToLeft={dir === 'rtl'} />
      </LunaSecProvider>,
    );
  }
}
