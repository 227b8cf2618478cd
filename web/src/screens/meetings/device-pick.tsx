import { Icon } from '../../ui/icons.tsx';
import { attempt } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import type { DeviceKind, Preview } from '../../calls/door.ts';
import type { IconName } from '../../ui/icon-paths.ts';
import type { WordKey } from '../../words/catalogue.ts';

const names = { microphone: 'microphone', camera: 'camera', speaker: 'speaker' } as const satisfies Record<
  DeviceKind,
  WordKey
>;

interface DevicePickProps {
  readonly kind: DeviceKind;
  readonly icon: IconName;
  readonly preview: Preview | undefined;
}

/** One device of several, by the browser's own list laid over the row. Gone where there is nothing to choose. */
export function DevicePick({ kind, icon, preview }: DevicePickProps) {
  const lists = { microphone: preview?.microphones, camera: preview?.cameras, speaker: preview?.speakers };
  const devices = lists[kind]?.value ?? [];
  if (devices.length === 0) return null;
  const chosen = preview?.chosen.value[kind] ?? devices[0]?.id;
  const label = devices.find((device) => device.id === chosen)?.label;
  return (
    <div class="item pick">
      <span class="item-icon">
        <Icon name={icon} size={22} />
      </span>
      <span class="grow">
        <span class="t-small ink-3">{say(names[kind])}</span>
        <span class="clip" dir="auto">
          {label || say('systemDevice')}
        </span>
      </span>
      <Icon name="down" size={20} />
      <select
        aria-label={say(names[kind])}
        value={chosen}
        onChange={(event) => {
          const { value } = event.currentTarget;
          void attempt(async () => preview?.choose(kind, value));
        }}
      >
        {devices.map((device) => (
          <option key={device.id} value={device.id}>
            {device.label || say('systemDevice')}
          </option>
        ))}
      </select>
    </div>
  );
}
