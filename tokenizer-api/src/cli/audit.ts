import { Command } from 'commander';
import { auditExportCommand } from './audit-export.js';
import { auditVerifyCommand } from './audit-verify.js';

export const auditCommand = (): Command =>
  new Command('audit')
    .description('Verify or export the audit.')
    .addCommand(auditVerifyCommand())
    .addCommand(auditExportCommand());
