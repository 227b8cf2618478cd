import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Item } from '../../ui/row.tsx';
import { dailyData } from '../../platform/theme.ts';
import { client } from '../../models/client.ts';
import { attempt, tell } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import { DataUse } from '../chats/connection-strip.tsx';
import { Page } from './page.tsx';

const measures = [0, 5, 10, 20, 50, 100, 500];

/** What today has cost, what it is measured against, and what the device keeps. */
export function DataPage() {
  const [kept, setKept] = useState<number>();
  const { received, sent } = client.connection.traffic.value;
  const count = () =>
    client.media.storedBytes().then(setKept, () => {
      // A number that is not known is not shown.
      setKept(undefined);
    });
  useEffect(() => {
    void count();
  }, []);
  const free = async () => {
    if (await attempt(() => client.media.clear())) tell(say('freedSpace'));
    await count();
  };
  return (
    <Page title={say('data')}>
      <Card>
        <DataUse />
        <Item short title={say('dataReceived')} value={format.value.size(received)} />
        <Item short title={say('dataSent')} value={format.value.size(sent)} />
      </Card>
      <SelectField
        label={say('dailyLimit')}
        value={String(dailyData.value)}
        hint={say('dailyLimitHint')}
        options={measures.map((value) => ({
          value: String(value),
          label: value === 0 ? say('noLimit') : format.value.size(value * 1_000_000),
        }))}
        onValue={(value) => {
          dailyData.value = Number(value);
        }}
      />
      {kept !== undefined && (
        <Card>
          <Item title={say('keptOnDevice')} value={format.value.size(kept)} />
          {kept > 0 && (
            <div class="card-pad">
              <Button kind="quiet" icon="trash" onClick={() => void free()}>
                {say('freeSpace')}
              </Button>
            </div>
          )}
        </Card>
      )}
    </Page>
  );
}
