import { Avatar } from '../../ui/avatar.tsx';
import { EmptyState, ErrorState } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { DialogInside } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icons.tsx';
import { LinkLine } from '../../ui/meeting.tsx';
import { Spinner, VoiceRing } from '../../ui/star.tsx';
import { BubbleSkeletons, DataLine, OfflineStrip, ProgressLine, ReadyingStrip } from '../../ui/status.tsx';
import { Toast } from '../../ui/toast.tsx';
import { iconPaths } from '../../ui/icon-paths.ts';
import { pigments } from '../../ui/avatar-hash.ts';
import { Part } from './part.tsx';
import type { IconName } from '../../ui/icon-paths.ts';

const nothing = () => undefined;

export function StatusParts() {
  return (
    <Part title="Status and toasts" remark="the data line replaces the hairline under a header" half="half">
      <DataLine used="1.2 MB" when="today" left="3.8 of 5 MB left" share={0.24} label="Data" />
      <DataLine used="4.6 MB" when="today" left="0.4 of 5 MB left" share={0.92} label="Data" />
      {[undefined, 0.24, 0.92].map((share) => (
        <div key={share} class="meeting-bar">
          <span class="grow">A meeting’s header</span>
          {share !== undefined && <span class="t-meta ink-3">{share * 100} % of the link</span>}
          <LinkLine share={share} label="Share of the link in use" amount={`${(share ?? 0) * 100} %`} />
        </div>
      ))}
      <div class="gap-above">
        <OfflineStrip title="No connection" detail="3 messages waiting" onPress={nothing} />
        <ReadyingStrip title="Getting your keys ready" detail="3 messages waiting" />
      </div>
      <div class="gap-above">
        <Toast text="Chat archived" action={{ label: 'Undo', onPress: nothing }} />
      </div>
      <div class="gap-above">
        <Toast
          failed
          text="The file was not sent. Try again when the signal is better."
          action={{ label: 'Retry', onPress: nothing }}
        />
      </div>
    </Part>
  );
}

export function DialogParts() {
  return (
    <Part title="Dialog" remark="title asks, buttons answer" half="half">
      <div class="veil veil-here">
        <div class="dialog">
          <DialogInside
            id="gallery-dialog"
            title="Leave the group?"
            buttons={
              <>
                <Button kind="quiet">Stay</Button>
                <Button kind="leave">Leave</Button>
              </>
            }
          >
            You will no longer see messages from Old Market Committee. An admin can add you again.
          </DialogInside>
        </div>
      </div>
    </Part>
  );
}

export function WaitingParts() {
  return (
    <Part title="Waiting and progress" half="half">
      <div class="sample-row">
        <Spinner size={40} />
        <ProgressLine label="Sending east-gate.jpg" amount="180 of 310 KB" share={0.58} />
      </div>
      <div class="sample-row">
        <VoiceRing level={0.56} size={68}>
          <Avatar id="" name="Salma" size={68} star={{ pigment: pigments[2], form: 1, turn: 0 }} />
        </VoiceRing>
        <p class="t-small ink-2 grow">
          The voice ring: sixteen petals light up from the bottom with the level of the voice.
        </p>
      </div>
      <BubbleSkeletons />
    </Part>
  );
}

export function BlankParts() {
  return (
    <Part title="فراغ وخطأ" rtl half="half">
      <EmptyState
        boxed
        title="لا محادثات بعد"
        detail="يكفي اسم المستخدم، أو رمز يُمسح من الهاتف الآخر."
        actions={
          <>
            <Button kind="primary">محادثة جديدة</Button>
            <Button kind="quiet" icon="code">
              مسح رمز
            </Button>
          </>
        }
      />
      <div class="gap-above">
        <ErrorState
          boxed
          title="لم تُفتح المحادثة"
          detail="الإشارة ضعيفة. يمكن المحاولة مجددًا أو قراءة المحفوظ على الهاتف."
          actions={
            <>
              <Button kind="quiet" icon="retry">
                محاولة أخرى
              </Button>
              <Button kind="text">المحفوظ</Button>
            </>
          }
        />
      </div>
    </Part>
  );
}

const letters = ['S', 'K', 'A', 'R', 'O', 'T', 'M', 'I'];
const lettered: readonly (readonly [form: number, turn: number])[] = [
  [0, 22.5],
  [1, 22.5],
  [2, 0],
  [3, 22.5],
  [4, 0],
  [5, 0],
  [0, 0],
  [1, 22.5],
];

export function AvatarParts() {
  const turns = [22.5, 22.5, 0, 0, 0, 22.5];
  return (
    <Part
      title="Avatars"
      remark="two flat tones, the same in light and dark, so that a face-colour never changes"
    >
      <div class="avatar-table">
        {pigments.map((pigment, index) => (
          <div key={pigment.name} class="t-meta ink-2">
            <Avatar
              id=""
              name={letters[index] ?? ''}
              size={56}
              star={{ pigment, form: lettered[index]?.[0] ?? 0, turn: lettered[index]?.[1] ?? 0 }}
            />
            {pigment.name}
            <br />
            <span class="ink-3">
              {pigment.ground}
              <br />
              {pigment.star}
            </span>
          </div>
        ))}
      </div>
      <div class="sample-row sample-end t-meta ink-3">
        {turns.map((turn, form) => (
          <span key={`form ${form}`}>
            <Avatar id="" name="" star={{ pigment: pigments[6], form, turn }} />
            form {form}
          </span>
        ))}
        {(['person', 'group', 'service'] as const).map((kind) => (
          <span key={kind}>
            <Avatar
              id=""
              name={kind === 'person' ? 'Huda' : ''}
              kind={kind}
              glyph="document"
              star={{
                pigment: pigments[0],
                form: kind === 'service' ? 2 : 3,
                turn: kind === 'service' ? 0 : 22.5,
              }}
            />
            {kind}
          </span>
        ))}
        {[24, 28, 32, 40, 48, 64].map((size) => (
          <span key={size}>
            <Avatar id="" name="Karim" size={size} star={{ pigment: pigments[2], form: 4, turn: 22.5 }} />
            {size}
          </span>
        ))}
      </div>
    </Part>
  );
}

export function IconParts() {
  return (
    <Part title="Icons" remark="24 grid, 1.75 stroke, round ends; 2.0 stroke at 16 px">
      <div class="icon-table ink-2">
        {(Object.keys(iconPaths) as IconName[]).map((name) => (
          <Icon key={name} name={name} label={name} />
        ))}
      </div>
    </Part>
  );
}
