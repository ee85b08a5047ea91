import { changed, readText } from './changes.js';
import type { Change } from './changes.js';
import { all, printPackage, reactPackage } from './packages.js';
import type { Settings } from './settings.js';
import type { Client } from './project.js';
import { clientAttributes, clientNote, clientSnippet } from './snippets.js';
import { wireClient } from './wire-client.js';

export interface ClientPlan {
  /** `.` for the folder of the app. */
  folder: string;
  changes: (Change | undefined)[];
  /** What is left to do by hand, or to know. */
  steps: string[];
}

/** The provider around React pages, and its package; that of the app's own folder is added with the server's. */
export function planClient(directory: string, client: Client, settings: Settings): ClientPlan {
  const { folder, entries, manifest, packageText } = client;
  if (client.hasProvider) return { folder, changes: [], steps: [] };
  const [entry] = entries;
  const text = entries.length === 1 ? readText(directory, entry!)! : undefined;
  const wiring = text === undefined ? undefined : wireClient(text, clientAttributes(settings));
  if (wiring?.kind !== 'edit') return { folder, changes: [], steps: [clientSnippet(folder, settings)] };
  return {
    folder,
    changes: [
      folder === '.'
        ? undefined
        : changed(
            `${folder}/package.json`,
            packageText,
            '@lunasec/react-sdk' in all(manifest)
              ? packageText
              : printPackage(packageText, { dependencies: { ...manifest.dependencies, ...reactPackage } }),
          ),
      changed(entry!, text!, wiring.text),
    ],
    steps: [clientNote(entry!, settings)],
  };
}
