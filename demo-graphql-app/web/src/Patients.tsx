import { useQuery } from '@apollo/client/react';
import { useDeferredValue, useState } from 'react';
import { patientsQuery, type Staff } from './api.js';
import { PatientDetail } from './PatientDetail.js';
import { PatientForm } from './PatientForm.js';
import { explain } from './problems.js';
import { go, hrefOf, type Route } from './route.js';
import { initials, Notice } from './ui.js';

/** The list, searched by plain fields, and beside it one patient. */
export function Patients({ me, route }: { me: Staff; route: Route }) {
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed);
  const { data, previousData, error, refetch } = useQuery(patientsQuery, {
    variables: { search },
    fetchPolicy: 'cache-and-network',
  });
  const patients = (data ?? previousData)?.patients ?? [];
  const id = 'id' in route && route.id ? route.id : route.page === 'patients' ? patients[0]?.id : undefined;
  const mayEdit = me.rights.includes('EDIT');

  const leave = async () => {
    go(hrefOf.patients);
    await refetch();
  };

  return (
    <main className="patients">
      <nav className="card list" aria-label="Patients">
        {mayEdit && (
          <a className="button primary" href={hrefOf.new}>
            New patient
          </a>
        )}
        <input
          type="search"
          className="control"
          aria-label="Search by name, city or reason"
          placeholder="Search name, city, reason"
          value={typed}
          maxLength={100}
          onChange={(event) => setTyped(event.target.value)}
        />
        <ul>
          {patients.map((patient) => (
            <li key={patient.id}>
              <a
                className="list-item"
                href={hrefOf.patient(patient.id)}
                aria-current={id === patient.id ? 'true' : undefined}
              >
                <span className="avatar" aria-hidden="true">
                  {initials(patient.name)}
                </span>
                <span className="lines">
                  <span>{patient.name}</span>
                  <small className="muted">{patient.reason || patient.city}</small>
                </span>
              </a>
            </li>
          ))}
        </ul>
        {data && patients.length === 0 && (
          <p className="muted">{search ? 'Nobody matches.' : 'No patients yet.'}</p>
        )}
      </nav>

      <div className="detail">
        <Notice problem={error && explain(error)} />
        {route.page === 'new' && mayEdit && (
          <PatientForm
            key="new"
            me={me}
            onSaved={async (saved) => {
              await refetch();
              go(hrefOf.patient(saved));
            }}
            onCancel={() => go(hrefOf.patients)}
          />
        )}
        {route.page !== 'new' && id && (
          <PatientDetail
            key={id}
            id={id}
            me={me}
            isEdited={route.page === 'edit' && mayEdit}
            onChanged={refetch}
            onGone={leave}
          />
        )}
        {route.page !== 'new' && data && !id && (
          <section className="card empty">
            <h2>Nobody here yet</h2>
            <p className="muted">
              Take in a patient to see a value on the page and only its token on the server.
            </p>
          </section>
        )}
      </div>
    </main>
  );
}
