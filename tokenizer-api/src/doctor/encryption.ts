import type mongoose from 'mongoose';
import { isLoopback } from '../config/fields.js';
import type { Settings } from '../config/settings.js';
import { fault, fine, warning } from './finding.js';
import type { Finding } from './finding.js';

type MongoOptions = InstanceType<typeof mongoose.mongo.MongoClient>['options'];

const check = 'encryption';

/** Whether all that leaves this machine is encrypted on its way, and the other end is made sure of. */
export async function checkEncryption(
  settings: Settings,
  { isProduction }: { isProduction: boolean },
): Promise<Finding[]> {
  const { tokenStore, objectStore, keyProvider, tracesEndpoint } = settings;
  const ways = [
    ...(tokenStore.kind === 'mongodb' ? [await wayToMongoDB(tokenStore.uri)] : []),
    ...(objectStore.kind === 's3'
      ? [
          wayTo('the object store', objectStore.endpoint ?? aws),
          wayTo('the object store, for browsers', objectStore.publicEndpoint),
        ]
      : []),
    ...(keyProvider.kind === 'aws-kms' ? [wayTo('AWS KMS', keyProvider.endpoint ?? aws)] : []),
    wayTo('traces', tracesEndpoint),
  ].filter((way) => way !== undefined);

  const findings = ways.flatMap(({ name, isEncrypted, isVerified, fix }) => {
    if (!isEncrypted) {
      const message = `${name}: what is sent there can be read on its way`;
      return [isProduction ? fault(check, message, fix) : warning(check, message, fix)];
    }
    return isVerified ? [] : [fault(check, `${name}: any certificate is taken, an attacker’s too`, fix)];
  });
  if (findings.length > 0 || ways.length === 0) return findings;
  return [fine(check, 'all that leaves this machine goes over TLS')];
}

interface Way {
  name: string;
  isEncrypted: boolean;
  isVerified: boolean;
  fix: string;
}

/** The SDK knows addresses of AWS as https: only. */
const aws = 'https://amazonaws.com';

function wayTo(name: string, address: string | undefined): Way | undefined {
  if (address === undefined) return undefined;
  const { protocol, hostname } = new URL(address);
  if (isLoopback(hostname)) return undefined;
  return { name, isEncrypted: protocol === 'https:', isVerified: true, fix: 'Give its https: address.' };
}

/** The driver says what it makes of a connection string; it connects to nothing for that. */
async function wayToMongoDB(uri: string): Promise<Way | undefined> {
  // Loaded only where it is used: the driver is large.
  const { default: driver } = await import('mongoose');
  let options: MongoOptions;
  try {
    ({ options } = new driver.mongo.MongoClient(uri));
  } catch {
    // The check of the database tells what is wrong with it.
    return undefined;
  }
  const { hosts, srvHost, tls, rejectUnauthorized, checkServerIdentity } = options;
  const isHere = ({ host = 'localhost' }) => isLoopback(host.includes(':') ? `[${host}]` : host);
  if (srvHost === undefined && hosts.every(isHere)) return undefined;
  return {
    name: 'MongoDB',
    isEncrypted: tls,
    isVerified: rejectUnauthorized !== false && checkServerIdentity === undefined,
    fix: 'Set tls=true in the connection string, with tlsCAFile for a CA of your own, and no option that switches checks off.',
  };
}
