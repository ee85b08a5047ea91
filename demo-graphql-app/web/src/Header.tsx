import type { Staff } from './api.js';
import { hrefOf, type Route } from './route.js';
import { Logo } from './ui.js';

interface Props {
  me: Staff;
  route: Route;
  isAttacked: boolean;
  onAttack(): void;
  onLogOut(): void;
}

export function Header({ me, route, isAttacked, onAttack, onLogOut }: Props) {
  const isAudit = route.page === 'audit';
  return (
    <header className="bar">
      <Logo isTitle />
      {me.rights.includes('READ_AUDIT') && (
        <nav className="tabs" aria-label="Sections">
          <a href={hrefOf.patients} aria-current={isAudit ? undefined : 'page'}>
            Patients
          </a>
          <a href={hrefOf.audit} aria-current={isAudit ? 'page' : undefined}>
            Audit
          </a>
        </nav>
      )}
      <div className="bar-user">
        <span className="who">
          {me.name} <span className="muted">{me.role}</span>
        </span>
        <button type="button" className="secondary" aria-expanded={isAttacked} onClick={onAttack}>
          Attack this page
        </button>
        <button type="button" className="quiet" onClick={onLogOut}>
          Log out
        </button>
      </div>
    </header>
  );
}
