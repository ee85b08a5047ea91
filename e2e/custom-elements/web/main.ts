import { defineSecureElements } from '@lunasec/react-sdk/elements';
import { graphql } from '../../fixture/graphql.js';

const { applicationId, tokenizerURL } = (await (await fetch('/config.json')).json()) as Record<
  'applicationId' | 'tokenizerURL',
  string
>;
const { values } = await graphql<{ values: string[] }>('{ values }');

const page = document.createElement('lunasec-page');
page.setAttribute('application-id', applicationId);
page.setAttribute('tokenizer-url', tokenizerURL);
page.append(document.querySelector('template')!.content.cloneNode(true));
document.body.append(page);
// After the markup, as with a script at the end of a page: the elements are upgraded.
defineSecureElements();

const form = document.querySelector('form')!;
const output = document.querySelector('output')!;
const events: string[] = [];
Object.assign(globalThis, { events });

for (const field of document.querySelectorAll('lunasec-input, lunasec-textarea'))
  for (const type of ['focus', 'blur', 'change', 'invalid'])
    field.addEventListener(type, () => events.push(`${type} ${field.getAttribute('name')}`));
document
  .querySelector('lunasec-input')!
  .addEventListener('error', ({ detail }) => events.push(`error ${detail.problem.code}`));

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const data = Object.fromEntries(new FormData(form, event.submitter));
  output.textContent = JSON.stringify(data);
  const tokens = [data.ssn, data.notes].filter(Boolean);
  void graphql<{ save: number }>('mutation ($values: [String!]!) { save(values: $values) }', {
    values: tokens,
  }).then(({ save }) => (output.title = `saved ${save}`));
});

for (const [index, token] of values.entries()) {
  const text = document.createElement(index % 2 === 0 ? 'lunasec-paragraph' : 'lunasec-span');
  text.token = token;
  text.setAttribute('aria-label', `Value ${index}`);
  document.querySelector('#values')!.append(text);
}
