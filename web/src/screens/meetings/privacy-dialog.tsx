import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Handle } from '../../ui/handle.tsx';
import { Icon } from '../../ui/icons.tsx';
import { say } from '../../words/words.ts';
import type { Call } from '../../calls/door.ts';

/** A plain statement of who can decrypt: everybody named here and nobody else. */
export function PrivacyDialog({ call, onClose }: { call: Call; onClose: () => void }) {
  const { people } = call.privacy.value;
  return (
    <Dialog
      title={say('whoCanDecrypt')}
      wide
      onClose={onClose}
      buttons={
        <Button kind="primary" onClick={onClose}>
          {say('close')}
        </Button>
      }
    >
      <div class="statement">
        <p>{say('whoCanDecryptDetail')}</p>
        <ul>
          {people.map((person) => (
            <li key={person.id} class="item item-short">
              <span class={person.canDecrypt ? 'ink-accent' : 'ink-warn'}>
                <Icon name={person.canDecrypt ? 'check' : 'warning'} size={20} />
              </span>
              <span class="grow">
                <bdi class="clip">{person.name}</bdi>
                <span class="t-meta ink-3">
                  {person.userId ? <Handle text={person.userId} /> : say('guestByLink')}
                </span>
              </span>
              {!person.canDecrypt && (
                <span class="t-meta ink-warn">{say('cannotDecrypt', { name: person.name })}</span>
              )}
            </li>
          ))}
        </ul>
        {people.some((person) => person.guest) && <p class="t-small">{say('guestsHaveLink')}</p>}
      </div>
    </Dialog>
  );
}
