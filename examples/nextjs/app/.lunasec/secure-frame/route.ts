import { lunaSec } from '../../../lib/lunasec';

export const dynamic = 'force-dynamic';
export const GET = lunaSec.fetchHandler();
