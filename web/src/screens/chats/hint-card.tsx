import { useState } from 'preact/hooks';
import { Notice } from '../../ui/bubble.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { paths } from '../../paths.ts';
import { readSetting, writeSetting } from '../../platform/storage.ts';
import { client } from '../../models/client.ts';
import { attempt } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import type { EncryptionNotice } from '../../matrix/door.ts';

/** What encryption has to say, at most one thing at a time: a new device, a changed key, a device without keys. */
export function HintCard() {
  const { encryption } = client;
  const notice = encryption.notices.value[0];
  if (notice) {
    return (
      <div class="list-card">
        <OneNotice notice={notice} />
      </div>
    );
  }
  if (encryption.state.value !== 'ready') {
    return encryption.state.value === 'failed' ? (
      <div class="list-card">
        <Notice title={say('encryptionFailed')} tone="danger" />
      </div>
    ) : null;
  }
  if (encryption.identity.value !== 'elsewhere') return <SetUpRecovery />;
  return (
    <div class="list-card">
      <Notice
        icon="key"
        title={say('confirmThisDevice')}
        detail={say('confirmThisDeviceDetail')}
        actions={
          <ButtonLink kind="text" href={paths.recovery}>
            {say('check')}
          </ButtonLink>
        }
      />
    </div>
  );
}

/** Days that "Later" lasts. */
const laterDays = 7;

/** Once there are chats to lose: twelve words would keep them. */
function SetUpRecovery() {
  const [now] = useState(() => Date.now());
  const [later, setLater] = useState(Number(readSetting('recoveryLater') ?? '0') || 0);
  const { recovery, identity } = client.encryption;
  const toLose = client.rooms.all.value.some((room) => room.membership === 'join' && room.encrypted);
  if (!toLose || recovery.value !== 'none' || identity.value === 'unknown' || now < later) return null;
  const wait = () => {
    const until = now + laterDays * 86_400_000;
    writeSetting('recoveryLater', String(until));
    setLater(until);
  };
  return (
    <div class="list-card">
      <Notice
        icon="key"
        title={say('recoveryOff')}
        detail={say('setUpSoon')}
        actions={
          <span class="notice-actions">
            <ButtonLink kind="text" href={paths.recovery}>
              {say('setUpRecovery')}
            </ButtonLink>
            <Button kind="text" onClick={wait}>
              {say('later')}
            </Button>
          </span>
        }
      />
    </div>
  );
}

function OneNotice({ notice }: { notice: EncryptionNotice }) {
  const { verification, dismissNotice } = client.encryption;
  const isDevice = notice.is === 'newOwnDevice';
  const title = isDevice
    ? notice.name
      ? say('noticeNewDeviceNamed', { device: notice.name })
      : say('noticeNewDevice')
    : say('noticeIdentity', { name: notice.person.name });
  const compare = () =>
    attempt(() =>
      isDevice
        ? verification.startWithDevice(notice.deviceId)
        : verification.startWithPerson(notice.person.userId),
    );
  return (
    <Notice
      title={title}
      detail={say(isDevice ? 'noticeNewDeviceDetail' : 'noticeIdentityDetail')}
      actions={
        <span class="notice-actions">
          <Button kind="text" onClick={() => void compare()}>
            {say('check')}
          </Button>
          <Button kind="text" onClick={() => void attempt(() => dismissNotice(notice.id))}>
            {say(isDevice ? 'later' : 'seen')}
          </Button>
        </span>
      }
    />
  );
}
