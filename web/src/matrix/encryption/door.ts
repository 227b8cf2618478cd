import { computed } from '@preact/signals-core';
import type { ReadonlySignal } from '@preact/signals-core';
import { asMatrixError } from '../errors.ts';
import { withPassword } from '../session/authenticate.ts';
import type { CurrentSession } from '../session/current.ts';
import type {
  AskPassword,
  BackupState,
  Encryption,
  EncryptionNotice,
  EncryptionState,
  IdentityState,
  RecoverySecret,
  RecoveryState,
  Verification,
  VerificationSteps,
} from './contract.ts';

const unknownBackup: BackupState = { is: 'unknown', total: 0, saved: 0 };
const noNotices: readonly EncryptionNotice[] = [];
const noVerifications: readonly Verification[] = [];

/** What screens see and do of encryption. */
export class EncryptionDoor implements Encryption {
  readonly state: ReadonlySignal<EncryptionState>;
  readonly identity: ReadonlySignal<IdentityState>;
  readonly backup: ReadonlySignal<BackupState>;
  readonly recovery: ReadonlySignal<RecoveryState>;
  readonly notices: ReadonlySignal<readonly EncryptionNotice[]>;
  readonly verifications: ReadonlySignal<readonly Verification[]>;
  readonly verification: VerificationSteps;
  private readonly current: CurrentSession;
  private readonly startDirect: (userId: string) => Promise<string>;

  constructor(current: CurrentSession, startDirect: (userId: string) => Promise<string>) {
    this.current = current;
    this.startDirect = startDirect;
    const { signal } = current;
    this.state = computed(() => signal.value?.desk.state.value ?? 'off');
    this.identity = computed(() => signal.value?.desk.identity.value ?? 'unknown');
    this.backup = computed(() => signal.value?.desk.backup.value ?? unknownBackup);
    this.recovery = computed(() => signal.value?.desk.recovery.value ?? 'unknown');
    this.notices = computed(() => signal.value?.desk.notices.value ?? noNotices);
    this.verifications = computed(() => signal.value?.desk.verifications.value ?? noVerifications);
    this.verification = this.steps();
  }

  async createIdentity(askPassword: AskPassword): Promise<void> {
    const session = this.current.need();
    const engine = session.desk.need();
    try {
      await withPassword(session.own.userId, askPassword, (auth) => engine.createIdentity(auth));
    } catch (thrown) {
      await engine.giveUpIdentity().catch((failed: unknown) => {
        console.warn('Whose identity counts is asked later.', asMatrixError(failed, 'encryption').message);
      });
      throw thrown;
    }
  }

  setUpRecovery(words: readonly string[]): Promise<RecoverySecret> {
    return this.engine().setUpRecovery(words);
  }

  recover(phraseOrKey: string): Promise<void> {
    return this.engine().recover(phraseOrKey);
  }

  dismissNotice(id: string): Promise<void> {
    return this.current.need().desk.dismissNotice(id);
  }

  isVerified(userId: string): Promise<boolean> {
    return this.engine().isVerified(userId);
  }

  fingerprint(): Promise<string> {
    return this.engine().fingerprint();
  }

  private engine() {
    return this.current.need().desk.need();
  }

  private steps(): VerificationSteps {
    const step = (name: 'accept' | 'confirm' | 'mismatch' | 'cancel') => (id: string) =>
      this.engine().verificationStep(id, name);
    return {
      startWithOwnDevices: async () => this.engine().verifyOwnDevices(undefined),
      startWithDevice: async (deviceId) => this.engine().verifyOwnDevices(deviceId),
      startWithPerson: async (userId) => this.engine().verifyPerson(userId, await this.startDirect(userId)),
      accept: step('accept'),
      confirm: step('confirm'),
      mismatch: step('mismatch'),
      cancel: step('cancel'),
      dismiss: (id) => {
        const session = this.current.need();
        session.desk.dismissVerification(id);
        const forgotten = session.desk.ready?.verificationStep(id, 'dismiss');
        if (forgotten !== undefined) session.inBackground(forgotten);
      },
    };
  }
}
