import { useMutation } from '@apollo/client/react';
import { SecureDownload } from '@lunasec/react-sdk/files';
import { removeDocumentMutation, type PatientDocument } from './api.js';
import { explain } from './problems.js';
import { timeText } from './ui.js';

interface Props {
  documents: PatientDocument[];
  mayRemove: boolean;
  onChanged(): unknown;
  onProblem(problem: string): void;
}

/** Files of a patient. Their names are inside the ciphertexts: only their frames know them. */
export function Documents({ documents, mayRemove, onChanged, onProblem }: Props) {
  const [remove, { loading }] = useMutation(removeDocumentMutation);
  if (documents.length === 0) return <p className="muted">None</p>;
  return (
    <ul className="documents">
      {documents.map(({ id, token, addedBy, addedAt }, index) => (
        <li key={id}>
          <SecureDownload
            token={token}
            className="document"
            aria-label={`Document ${index + 1}`}
            onError={(failure) => onProblem(explain(failure))}
          />
          <div className="document-foot">
            <small className="muted">
              {addedBy}, {timeText(addedAt)}
            </small>
            {mayRemove && (
              <button
                type="button"
                className="quiet danger small"
                disabled={loading}
                aria-label={`Remove document ${index + 1}`}
                onClick={() =>
                  void remove({ variables: { id } }).then(onChanged, (failure: unknown) =>
                    onProblem(explain(failure)),
                  )
                }
              >
                Remove
              </button>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
