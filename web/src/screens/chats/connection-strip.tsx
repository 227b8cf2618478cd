import { DataLine, OfflineStrip, ReadyingStrip } from '../../ui/status.tsx';
import { paths } from '../../paths.ts';
import { dailyData } from '../../platform/theme.ts';
import { client } from '../../models/client.ts';
import { useLasting } from '../../models/lasting.ts';
import { format, say } from '../../words/words.ts';

/** On most lines encryption is ready before anybody could read a word about it; milliseconds. */
const patience = 2000;

/** Says that there is no connection (or no encryption yet), how much waits, and that it will be sent. Never in red. */
export function ConnectionStrip() {
  const { state, queued, retry } = client.connection;
  const offline = state.value === 'offline';
  const waiting = queued.value;
  const unready = client.encryption.state.value !== 'ready';
  const readying = useLasting(!offline && waiting > 0 && unready, patience);
  return (
    <div aria-live="polite">
      {offline && (
        <OfflineStrip
          title={say('offline')}
          detail={waiting > 0 ? say('offlineWaiting', { count: waiting }) : say('offlineNothing')}
          onPress={() => retry()}
        />
      )}
      {readying && (
        <ReadyingStrip title={say('encryptionLoading')} detail={say('offlineWaiting', { count: waiting })} />
      )}
    </div>
  );
}

/** Today's use as the rule under the header. */
export function DataUse() {
  const { received, sent } = client.connection.traffic.value;
  const used = received + sent;
  const limit = dailyData.value * 1_000_000;
  const left =
    limit > 0
      ? say('dataLeft', { left: format.value.size(Math.max(0, limit - used)), all: format.value.size(limit) })
      : '';
  return (
    <DataLine
      used={format.value.size(used)}
      when={say('dataToday')}
      left={left}
      share={limit > 0 ? used / limit : 0}
      href={paths.data}
      label={say('dataLabel')}
    />
  );
}
