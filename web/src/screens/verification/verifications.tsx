import { client } from '../../models/client.ts';
import { lazy } from '../lazy.tsx';

const VerificationDialog = lazy(async () => (await import('./verification.tsx')).VerificationDialog);

/** The comparison that is going on, over whatever is on screen. */
export function Verifications() {
  const all = client.encryption.verifications.value;
  const current = all[all.length - 1];
  return current ? <VerificationDialog key={current.id} verification={current} /> : null;
}
