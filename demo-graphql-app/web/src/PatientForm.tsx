import { useMutation } from '@apollo/client/react';
import { SecureForm, SecureInput, SecureTextArea } from '@lunasec/react-sdk';
import { SecureUpload } from '@lunasec/react-sdk/files';
import { useState } from 'react';
import {
  createPatientMutation,
  updatePatientMutation,
  type Patient,
  type PatientInput,
  type Staff,
} from './api.js';
import { explain } from './problems.js';
import { Notice, TextField } from './ui.js';

interface Props {
  me: Staff;
  patient?: Patient;
  onSaved(id: string): void | Promise<void>;
  onCancel(): void;
}

type SecretName = 'nationalId' | 'card' | 'notes';
type Secrets = Pick<PatientInput, SecretName | 'addDocuments'>;

export function PatientForm({ me, patient, onSaved, onCancel }: Props) {
  const [plain, setPlain] = useState({
    name: patient?.name ?? '',
    born: patient?.born ?? '',
    city: patient?.city ?? '',
    reason: patient?.reason ?? '',
  });
  // Only what was typed anew is sent: a token is accepted from the session that made it.
  const [changed, setChanged] = useState<Secrets>({});
  const [invalid, setInvalid] = useState<Partial<Record<SecretName, boolean>>>({});
  const [problem, setProblem] = useState<string>();
  const [create, creating] = useMutation(createPatientMutation);
  const [update, updating] = useMutation(updatePatientMutation);
  const saving = creating.loading || updating.loading;

  const type = (field: keyof typeof plain) => (value: string) =>
    setPlain((before) => ({ ...before, [field]: value }));
  const keep = (field: SecretName) => (event: { target: { value: string } }) => {
    const token = event.target.value || null;
    setChanged((before) => (token === (patient?.[field] ?? null) ? before : { ...before, [field]: token }));
  };
  const fail = (failure: unknown) => setProblem(explain(failure));
  /** What all secure fields of this form have in common. */
  const secret = (name: SecretName) => ({
    id: name,
    name,
    className: 'control',
    autoComplete: 'off',
    token: patient?.[name] ?? undefined,
    'aria-invalid': invalid[name],
    'aria-describedby': `${name}-hint`,
    onChange: keep(name),
    onValidate: (valid: boolean) => setInvalid((before) => ({ ...before, [name]: !valid })),
    onError: fail,
  });

  const save = async () => {
    setProblem(undefined);
    try {
      const input = { ...plain, ...changed };
      const id = patient
        ? (await update({ variables: { id: patient.id, input } })).data?.updatePatient.id
        : (await create({ variables: { input } })).data?.createPatient.id;
      if (id) await onSaved(id);
    } catch (error) {
      fail(error);
    }
  };

  return (
    <SecureForm className="card form" onSubmit={() => void save()} onError={fail}>
      <h2>{patient ? `Edit ${patient.name}` : 'New patient'}</h2>
      <div className="pair">
        <TextField label="Name" value={plain.name} required maxLength={200} onType={type('name')} />
        <TextField label="Date of birth" type="date" value={plain.born} required onType={type('born')} />
      </div>
      <div className="pair">
        <TextField label="City" value={plain.city} maxLength={100} onType={type('city')} />
        <TextField
          label="Reason for the visit"
          value={plain.reason}
          maxLength={300}
          onType={type('reason')}
        />
      </div>
      <fieldset className="vault">
        <legend>Kept from this page, its server and its database</legend>
        <div className="pair">
          <div className="field">
            <label htmlFor="nationalId">National id</label>
            <SecureInput
              {...secret('nationalId')}
              aria-label="National id"
              placeholder="000-00-0000"
              mask="###-##-####"
              minLength={11}
              {...(patient?.nationalId ? { conceal: 4, revealable: true } : {})}
            />
            <Hint id="nationalId-hint" isWrong={invalid.nationalId}>
              Nine digits.
            </Hint>
          </div>
          <div className="field">
            <label htmlFor="card">Card</label>
            <SecureInput
              {...secret('card')}
              aria-label="Card"
              placeholder="0000 0000 0000 0000"
              mask="#### #### #### #### ###"
              validator="CardNumber"
              {...(patient?.card ? { conceal: 4, revealable: true } : {})}
            />
            <Hint id="card-hint" isWrong={invalid.card}>
              {invalid.card
                ? 'That is no card number: check its digits.'
                : 'For the part that insurance does not pay.'}
            </Hint>
          </div>
        </div>
        {me.rights.includes('READ_CLINICAL') && (
          <>
            <div className="field">
              <label htmlFor="notes">Notes</label>
              <SecureTextArea
                {...secret('notes')}
                aria-label="Notes"
                rows={5}
                placeholder="What should be remembered, and seen by physicians only"
              />
              <Hint id="notes-hint">A receptionist may not read them.</Hint>
            </div>
            <div className="field">
              <label htmlFor="documents">Add documents</label>
              <SecureUpload
                id="documents"
                name="documents"
                className="upload"
                aria-label="Add documents"
                multiple
                accept=".pdf,image/*"
                maxFiles={10}
                onChange={(event) =>
                  setChanged((before) => ({ ...before, addDocuments: [...event.target.values] }))
                }
                onError={fail}
              />
            </div>
          </>
        )}
      </fieldset>
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

function Hint({ id, isWrong, children }: { id: string; isWrong?: boolean | undefined; children: string }) {
  return (
    <small id={id} className={isWrong ? 'wrong' : 'muted'}>
      {children}
    </small>
  );
}
