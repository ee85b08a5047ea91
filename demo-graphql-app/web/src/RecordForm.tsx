import { useMutation } from '@apollo/client/react';
import { SecureForm, SecureInput, SecureTextArea } from '@lunasec/react-sdk';
import { useState } from 'react';
import { createPersonMutation, updatePersonMutation, type Person, type PersonChanges } from './api.js';
import { explain } from './problems.js';
import { Notice } from './ui.js';

interface Props {
  person?: Person;
  onSaved(person: Person): void | Promise<void>;
  onCancel(): void;
}

export function RecordForm({ person, onSaved, onCancel }: Props) {
  const [name, setName] = useState(person?.name ?? '');
  // Only what was typed anew is sent: a token is accepted from the session that made it.
  const [changed, setChanged] = useState<Pick<PersonChanges, 'nationalId' | 'notes'>>({});
  const [problem, setProblem] = useState<string>();
  const [create, creating] = useMutation(createPersonMutation);
  const [update, updating] = useMutation(updatePersonMutation);
  const saving = creating.loading || updating.loading;

  const keep = (field: 'nationalId' | 'notes') => (event: { target: { value: string } }) => {
    const token = event.target.value || null;
    setChanged((before) => (token === (person?.[field] ?? null) ? before : { ...before, [field]: token }));
  };

  const save = async () => {
    setProblem(undefined);
    try {
      const input = { name, ...changed };
      const saved = person
        ? (await update({ variables: { id: person.id, input } })).data?.updatePerson
        : (await create({ variables: { input } })).data?.createPerson;
      if (saved) await onSaved(saved);
    } catch (error) {
      setProblem(explain(error));
    }
  };

  return (
    <SecureForm
      className="card form"
      onSubmit={() => void save()}
      onError={(error) => setProblem(explain(error))}
    >
      <h2>{person ? 'Edit record' : 'New record'}</h2>
      <label className="field">
        <span>Name</span>
        <input
          className="control"
          name="name"
          value={name}
          required
          maxLength={200}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <div className="field">
        <label htmlFor="nationalId">National id</label>
        <SecureInput
          id="nationalId"
          name="nationalId"
          className="control"
          placeholder="000-00-0000"
          inputMode="numeric"
          autoComplete="off"
          pattern="\d{3}-\d{2}-\d{4}"
          aria-label="National id"
          token={person?.nationalId ?? undefined}
          onChange={keep('nationalId')}
          onError={(error) => setProblem(explain(error))}
        />
        <small className="muted">Three, two and four digits, with hyphens.</small>
      </div>
      <div className="field">
        <label htmlFor="notes">Notes</label>
        <SecureTextArea
          id="notes"
          name="notes"
          className="control"
          rows={5}
          placeholder="What should be remembered, and seen by nobody else"
          aria-label="Notes"
          token={person?.notes ?? undefined}
          onChange={keep('notes')}
          onError={(error) => setProblem(explain(error))}
        />
      </div>
      <Notice problem={problem} />
      <div className="actions">
        <button type="button" className="quiet" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" className="primary" disabled={saving}>
          {saving ? 'Saving…' : 'Save'}
        </button>
      </div>
    </SecureForm>
  );
}
