import { useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { client } from '../../models/client.ts';
import { attempt, tell } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import { PersonFace } from '../faces.tsx';
import { Page } from './page.tsx';
import { PictureChooser } from './picture-chooser.tsx';

/** The name and face that others see. */
export function ProfilePage() {
  const own = client.people.own.value;
  // What was typed stays, also when the name arrives or changes elsewhere meanwhile.
  const [typed, setName] = useState<string>();
  const [busy, setBusy] = useState(false);
  if (!own) return null;
  const name = typed ?? own.name;
  const save = async () => {
    setBusy(true);
    if (await attempt(() => client.people.setDisplayName(name.trim()))) tell(say('saved'));
    setBusy(false);
  };
  return (
    <Page title={say('profile')}>
      <div class="you-face">
        <PersonFace person={own} size={96} />
        <PictureChooser
          hasPicture={own.picture !== undefined}
          onPicture={(picture) => attempt(() => client.people.setPicture(picture))}
        />
      </div>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextField
          label={say('displayName')}
          value={name}
          maxLength={100}
          autoComplete="nickname"
          onValue={setName}
        />
        <Button kind="primary" submit busy={busy} disabled={name.trim() === '' || name.trim() === own.name}>
          {say('save')}
        </Button>
      </form>
    </Page>
  );
}
