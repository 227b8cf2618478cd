import { useState } from 'preact/hooks';
import { Badge, Chip, Verified } from '../../ui/badge.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Checkbox, CheckRow, Radio, RadioRow, Segments, Switch } from '../../ui/choice.tsx';
import { PasswordField, SearchField, SelectField, TextField } from '../../ui/field.tsx';
import { Reactions } from '../../ui/reaction.tsx';
import { Part } from './part.tsx';
import type { ButtonKind } from '../../ui/button.tsx';
import type { IconName } from '../../ui/icon-paths.ts';

const kinds: readonly { readonly kind: ButtonKind; readonly words: string; readonly icon?: IconName }[] = [
  { kind: 'primary', words: 'Join' },
  { kind: 'soft', words: 'Meet', icon: 'video' },
  { kind: 'quiet', words: 'Cancel' },
  { kind: 'text', words: 'See all' },
  { kind: 'danger', words: 'Block' },
  { kind: 'leave', words: 'Leave', icon: 'hang-up' },
];

const nothing = () => undefined;

export function ButtonParts() {
  return (
    <Part title="Buttons" remark="one filled button in a card or view" half="wide">
      <div class="button-table">
        <span />
        {['rest', 'pressed', 'focus', 'disabled', 'busy'].map((state) => (
          <span key={state} class="t-meta ink-3">
            {state}
          </span>
        ))}
        {kinds.map(({ kind, words, icon }) => (
          <ButtonStates key={kind} kind={kind} words={words} icon={icon} />
        ))}
        <span class="t-meta ink-3">icon</span>
        <IconButton icon="search" label="Search" />
        <IconButton icon="search" label="Search, pressed" state="pressed" />
        <IconButton icon="search" label="Search, focus" state="focused" />
        <IconButton icon="search" label="Search, disabled" disabled />
        <IconButton icon="search" label="Search, busy" busy />
      </div>
    </Part>
  );
}

function ButtonStates({
  kind,
  words,
  icon,
}: {
  kind: ButtonKind;
  words: string;
  icon?: IconName | undefined;
}) {
  return (
    <>
      <span class="t-meta ink-3">{kind}</span>
      <Button kind={kind} icon={icon}>
        {words}
      </Button>
      <Button kind={kind} icon={icon} state="pressed">
        {words}
      </Button>
      <Button kind={kind} icon={icon} state="focused">
        {words}
      </Button>
      <Button kind={kind} icon={icon} disabled>
        {words}
      </Button>
      <Button kind={kind} icon={icon} busy>
        {words}
      </Button>
    </>
  );
}

const roles = [
  ['Member', 'Reads and writes.'],
  ['Moderator', 'May also remove messages and people.'],
] as const;

export function ChoiceParts() {
  const [role, setRole] = useState<string>('Moderator');
  const [on, setOn] = useState(true);
  const [others, setOthers] = useState(true);
  const [account, setAccount] = useState<'new' | 'in'>('new');
  const [span, setSpan] = useState<'half' | 'one' | 'two'>('one');
  return (
    <Part title="Choice" remark="switch, check, segment, badge, chip" half="narrow">
      <div class="sample-row">
        <Switch label="Off" checked={!on} onChecked={(checked) => setOn(!checked)} />
        <Switch label="On" checked={on} onChecked={setOn} />
        <Switch label="Focus" checked focused />
        <Switch label="Disabled" checked disabled />
      </div>
      <div class="sample-row">
        <Checkbox label="Unticked" checked={false} />
        <Checkbox label="Ticked" checked />
        <Checkbox label="Ticked, focus" checked focused />
        <Radio label="Not chosen" checked={false} name="gallery-radio" />
        <Radio label="Chosen" checked name="gallery-radio" />
      </div>
      <CheckRow
        title="Sign out other devices"
        detail="Only this device stays signed in."
        checked={others}
        onChecked={setOthers}
      />
      <div role="radiogroup" aria-label="Role">
        {roles.map(([name, detail]) => (
          <RadioRow
            key={name}
            group="gallery-role"
            title={name}
            detail={detail}
            checked={name === role}
            onChecked={() => setRole(name)}
          />
        ))}
      </div>
      <Segments
        label="Account"
        value={account}
        options={[
          { value: 'new', label: 'New account' },
          { value: 'in', label: 'Sign in' },
        ]}
        onValue={setAccount}
      />
      <div dir="rtl" lang="ar" class="gap-above">
        <Segments
          label="المدة"
          value={span}
          options={[
            { value: 'half', label: '٦ أشهر' },
            { value: 'one', label: 'سنة' },
            { value: 'two', label: 'سنتان' },
          ]}
          onValue={setSpan}
        />
      </div>
      <SmallParts />
    </Part>
  );
}

function SmallParts() {
  return (
    <>
      <div class="sample-row">
        <Badge text="4" />
        <Badge text="12" quiet />
        <Badge text="@" />
        <Badge text="+٩٩" />
        <Verified label="Official service" /> <span class="t-small ink-2">official</span>
        <Chip icon="download">310 KB</Chip>
        <Chip>Admin</Chip>
      </div>
      <div class="sample-row">
        <Chip kind="outline" icon="shield">
          Everyone can decrypt
        </Chip>
        <Chip kind="warn" icon="warning">
          1 new device
        </Chip>
      </div>
      <div class="sample-row">
        <Reactions
          list={[
            { key: '👍️', count: '5', own: true, label: 'Agreed: five people' },
            { key: '❤️', count: '2', own: false, label: 'Heart: two people' },
            { key: '✅️', count: '', own: false, label: 'Done' },
            { key: '😄', count: '', own: false, label: 'Smile' },
            { key: '🙏', count: '', own: false, label: 'Thanks' },
            { key: '🌟', count: '', own: false, label: 'Star' },
          ]}
          onToggle={nothing}
        />
        <span class="t-meta ink-3">six drawn reactions</span>
      </div>
    </>
  );
}

export function FieldParts() {
  const [search, setSearch] = useState('');
  return (
    <Part title="Fields">
      <div class="field-table">
        <TextField label="Rest" value="" placeholder="Your name" onValue={nothing} />
        <TextField label="Focus" value="Huda" focused onValue={nothing} />
        <TextField
          label="Correct"
          value="@huda.salim"
          state="correct"
          hint="The name is free."
          onValue={nothing}
        />
        <TextField
          label="Wrong"
          value="huda salim"
          state="wrong"
          hint="Spaces do not work here. Use a dot."
          onValue={nothing}
        />
        <TextField label="Disabled" value="Town Hall" disabled onValue={nothing} />
        <SelectField
          label="Select"
          value="phone"
          options={[
            { value: 'phone', label: 'Phone mic' },
            { value: 'head', label: 'Headset' },
          ]}
          onValue={nothing}
        />
      </div>
      <div class="field-table field-table-three gap-above" dir="rtl" lang="ar">
        <PasswordField
          label="كلمة السر"
          value="نخلةجسرقمرخ"
          hint="أربع كلمات متفرّقة أسهل حفظًا."
          show="إظهار"
          hide="إخفاء"
          onValue={nothing}
        />
        <TextField
          label="اسم المستخدم"
          value="huda.salim"
          sign="@"
          direction="ltr"
          focused
          onValue={nothing}
        />
        <div class="field">
          <span class="field-label">البحث</span>
          <SearchField
            label="البحث"
            placeholder="شخص أو رسالة أو خدمة"
            value={search}
            onValue={setSearch}
            clear="محو"
          />
        </div>
      </div>
    </Part>
  );
}
