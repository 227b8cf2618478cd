import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { Handle } from '../../ui/handle.tsx';
import { Card } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Item } from '../../ui/row.tsx';
import { Waiting } from '../../ui/status.tsx';
import { client } from '../../models/client.ts';
import { useNow } from '../../models/now.ts';
import { attempt } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import { Page } from './page.tsx';
import { PasswordDialog, askPassword } from './password-dialog.tsx';
import type { DeviceFacts } from '../../matrix/door.ts';

function nameOf(device: DeviceFacts): string {
  return device.name ?? device.deviceId;
}

/** The devices of the account: which are confirmed, and the way to be rid of one. */
export function DevicesPage() {
  const [devices, setDevices] = useState<readonly DeviceFacts[]>();
  const [print, setPrint] = useState('');
  const [chosen, setChosen] = useState<DeviceFacts>();
  const load = () => attempt(async () => setDevices(await client.devices.list()));
  const ready = client.encryption.state.value === 'ready';
  const running = client.encryption.verifications.value.length;
  useEffect(() => {
    void load();
    if (ready) client.encryption.fingerprint().then(setPrint, () => setPrint(''));
  }, [ready, running]);
  if (!devices) return <Waiting words={say('loading')} />;
  const here = devices.filter((device) => device.current);
  const others = devices.filter((device) => !device.current);
  return (
    <Page title={say('devices')}>
      <h2 class="t-label bold">{say('thisDevice')}</h2>
      <Card>
        {here.map((device) => (
          <DeviceItem key={device.deviceId} device={device} onPress={setChosen} />
        ))}
        {print && (
          <Item
            title={say('fingerprint')}
            detail={
              <bdi dir="ltr" class="code">
                {print.match(/.{1,4}/g)?.join(' ')}
              </bdi>
            }
          />
        )}
      </Card>
      <h2 class="t-label bold">{say('otherDevices')}</h2>
      {others.length === 0 ? (
        <p class="t-small ink-2">{say('noOtherDevices')}</p>
      ) : (
        <Card>
          {others.map((device) => (
            <DeviceItem key={device.deviceId} device={device} onPress={setChosen} />
          ))}
        </Card>
      )}
      {chosen && (
        <DeviceDialog
          device={chosen}
          onClose={() => {
            setChosen(undefined);
            void load();
          }}
        />
      )}
      <PasswordDialog />
    </Page>
  );
}

function DeviceItem({ device, onPress }: { device: DeviceFacts; onPress: (device: DeviceFacts) => void }) {
  const now = useNow();
  const state =
    device.verified === 'yes'
      ? say('deviceConfirmed')
      : device.verified === 'no'
        ? say('deviceNotConfirmed')
        : '';
  const seen =
    device.lastSeen === undefined || device.current
      ? ''
      : say('lastSeen', { time: format.value.moment(device.lastSeen, now) });
  return (
    <Item
      icon="devices"
      title={<bdi>{nameOf(device)}</bdi>}
      detail={
        <>
          {seen}
          {seen && state && ' · '}
          <span class={device.verified === 'no' ? 'ink-warn' : ''}>{state}</span>
        </>
      }
      chevron
      onClick={() => onPress(device)}
    />
  );
}

function DeviceDialog({ device, onClose }: { device: DeviceFacts; onClose: () => void }) {
  const [name, setName] = useState(nameOf(device));
  const [busy, setBusy] = useState(false);
  const save = async () => {
    const changed = name.trim() !== nameOf(device);
    if (!changed || (await attempt(() => client.devices.rename(device.deviceId, name.trim())))) onClose();
  };
  const remove = async () => {
    setBusy(true);
    await attempt(() => client.devices.remove([device.deviceId], askPassword));
    onClose();
  };
  const compare = async () => {
    onClose();
    await attempt(() => client.encryption.verification.startWithDevice(device.deviceId));
  };
  return (
    <Dialog
      title={nameOf(device)}
      onClose={onClose}
      buttons={
        <>
          {!device.current && (
            <Button kind="danger" busy={busy} onClick={() => void remove()}>
              {say('signOutDevice')}
            </Button>
          )}
          <Button kind="primary" onClick={() => void save()}>
            {say('save')}
          </Button>
        </>
      }
    >
      <div class="stack">
        <TextField label={say('deviceName')} value={name} maxLength={100} onValue={setName} />
        {!device.current && device.verified === 'no' && (
          <Button kind="soft" icon="shield" onClick={() => void compare()}>
            {say('confirmDevice')}
          </Button>
        )}
        <p class="t-meta ink-3">
          <Handle text={device.deviceId} />
        </p>
      </div>
    </Dialog>
  );
}
