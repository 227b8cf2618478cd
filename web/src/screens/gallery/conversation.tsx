import { Avatar } from '../../ui/avatar.tsx';
import { Verified } from '../../ui/badge.tsx';
import {
  Foot,
  GoneMessage,
  MessageFrame,
  MessageText,
  Notice,
  Quote,
  ShutMessage,
  SystemLine,
  Tick,
} from '../../ui/bubble.tsx';
import { VoiceTile } from '../../ui/attachment.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { MeetCard } from '../../ui/card.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Reactions } from '../../ui/reaction.tsx';
import { ChatRow, RowSkeleton } from '../../ui/row.tsx';
import { Seal } from '../../ui/star.tsx';
import { pigments } from '../../ui/avatar-hash.ts';
import { Part } from './part.tsx';
import type { AvatarKind } from '../../ui/avatar.tsx';
import type { TickState } from '../../ui/bubble.tsx';

const nothing = () => undefined;

function Face(props: {
  pigment: number;
  form: number;
  turn?: number;
  name?: string;
  kind?: AvatarKind;
  size?: number;
}) {
  const pigment = pigments[props.pigment] ?? pigments[0];
  return (
    <Avatar
      id=""
      name={props.name ?? ''}
      kind={props.kind ?? 'person'}
      size={props.size ?? 48}
      glyph="document"
      star={{ pigment, form: props.form, turn: props.turn ?? 0 }}
    />
  );
}

export function RowParts() {
  return (
    <Part title="List rows" remark="unread · draft · selected · waiting, with focus" half="half">
      <ChatRow
        href="#1"
        avatar={<Face pigment={3} form={0} kind="group" />}
        name="Old Market Committee"
        signs={[{ icon: 'pin', label: 'Pinned' }]}
        time="10:12"
        who="Salma:"
        preview="When shall we visit the site?"
        unread={{ text: '4', label: '4 unread messages', quiet: false }}
      />
      <ChatRow
        href="#2"
        avatar={<Face pigment={2} form={1} name="Salma" />}
        name="Salma Haddad"
        time="9:31"
        lead="Draft:"
        preview="I will send you the figures"
      />
      <ChatRow
        href="#3"
        avatar={<Face pigment={0} form={2} kind="service" />}
        name="Civil Registry"
        time="Yesterday"
        preview="Receipt R-4417 · family record"
        previewIcon={<Icon name="receipt" size={16} />}
        chosen
      />
      <ChatRow
        href="#4"
        avatar={<Face pigment={5} form={3} turn={22.5} kind="group" />}
        name="Family"
        time="8:20"
        who="You:"
        preview="I will be home by eight"
        previewIcon={<Tick state="waiting" label="Waiting" />}
        focused
      />
    </Part>
  );
}

export function RowPartsArabic() {
  return (
    <Part title="صفوف القائمة" remark="غير مقروء · صوت · لغة أخرى · هيكل التحميل" rtl half="half">
      <ChatRow
        href="#1"
        avatar={<Face pigment={3} form={0} kind="group" />}
        name="لجنة السوق القديم"
        signs={[{ icon: 'pin', label: 'مثبتة' }]}
        time="١٠:١٢"
        preview="سلمى: متى نعاين الموقع؟"
        unread={{ text: '٤', label: '٤ رسائل غير مقروءة', quiet: false }}
      />
      <ChatRow
        href="#2"
        avatar={<Face pigment={1} form={4} name="كريم" />}
        name="أبو كريم النجّار"
        time="٨:٥٥"
        preview="رسالة صوتية · ٠:٢٤"
        previewIcon={<Icon name="microphone" size={16} />}
        unread={{ text: '١', label: 'رسالة غير مقروءة', quiet: false }}
      />
      <ChatRow
        href="#3"
        avatar={<Face pigment={5} form={5} name="Н" />}
        name="Нигора Раҳимова"
        time="٨:٢٠"
        preview="Ҳуҷҷатҳо тайёранд, пагоҳ меорам"
      />
      <RowSkeleton />
    </Part>
  );
}

const sent: readonly (readonly [words: string, time: string, state: TickState])[] = [
  ['Read', '10:02', 'read'],
  ['Delivered', '10:02', 'delivered'],
  ['On the server', '10:03', 'sent'],
  ['Waiting for a connection', '10:04', 'waiting'],
  ['Not sent. Tap to try again.', '10:04', 'failed'],
];

export function BubbleParts() {
  return (
    <Part title="Bubbles" remark="grouping, delivery marks, system lines" half="half">
      <SystemLine>Thursday 13 November</SystemLine>
      <MessageFrame
        own={false}
        first
        last={false}
        avatar={<Face pigment={1} form={4} name="Karim" size={28} />}
        author={{ name: 'Karim Najjar', tone: 'indigo' }}
      >
        <MessageText>The stone arrives on Monday.</MessageText>
      </MessageFrame>
      <MessageFrame own={false} first={false} last>
        <MessageText foot={<Foot time="9:58" />}>I will be at the gate from eight.</MessageText>
      </MessageFrame>
      {sent.map(([words, time, state], index) => (
        <MessageFrame
          key={words}
          own
          first={index === 0}
          last={index === sent.length - 1}
          failed={state === 'failed'}
        >
          <MessageText foot={<Foot time={time} tick={{ state, label: words }} />}>{words}</MessageText>
        </MessageFrame>
      ))}
      <SystemLine fresh>3 new messages</SystemLine>
      <MessageFrame own={false} first last>
        <GoneMessage>Salma removed this message</GoneMessage>
      </MessageFrame>
    </Part>
  );
}

export function BubblePartsArabic() {
  return (
    <Part title="الفقاعات" remark="الاقتباس والتفاعل والصوت وخلل التشفير فقط" rtl half="half">
      <MessageFrame
        own={false}
        first
        last
        avatar={<Face pigment={2} form={1} name="سلمى" size={28} />}
        author={{ name: 'سلمى الحدّاد', tone: 'madder' }}
        reactions={
          <Reactions
            list={[
              { key: '👍️', count: '٥', own: true, label: 'موافقة' },
              { key: '❤️', count: '٢', own: false, label: 'قلب' },
            ]}
            onToggle={nothing}
          />
        }
      >
        <Quote author="أنت" tone="own" text="هل نُبقي حجر القوس القديم؟" />
        <MessageText foot={<Foot time="١٠:٠٦" />}>نعم، وسأكتب ذلك في محضر site-07 قبل الخميس.</MessageText>
      </MessageFrame>
      <MessageFrame own first last={false}>
        <VoiceTile
          playing={false}
          busy={false}
          position={0}
          wave={[0.1, 0.3, 0.2, 0.5, 0.1, 0.4, 0.2, 0.1, 0.9, 0.7, 0.8, 0.3, 0.6, 1, 0.4, 0.9, 0.5, 0.2]}
          time="٠:٢٤"
          label="تشغيل"
          onPress={nothing}
        />
      </MessageFrame>
      <MessageFrame own first={false} last>
        <MessageText foot={<Foot time="١٠:٠٨" tick={{ state: 'delivered', label: 'وصلت' }} />}>
          وصلت الأوراق كاملة، شكرًا.
        </MessageText>
      </MessageFrame>
      <div class="gap-above">
        <Notice
          title="لسلمى جهاز جديد غير مؤكَّد"
          detail="لن تصله رسائلك قبل مقارنة الرمز معًا."
          actions={<Button kind="text">التحقق</Button>}
        />
      </div>
      <MessageFrame own={false} first last>
        <ShutMessage
          title="رسالة لا يمكن فتحها على هذا الجهاز."
          detail="تُفتح بعد وصل الهاتف الآخر الذي فيه المفتاح."
        />
      </MessageFrame>
    </Part>
  );
}

export function CardParts() {
  return (
    <Part title="بطاقات" remark="اجتماع · ختم · خدمة رسمية" rtl>
      <div class="card-table">
        <MeetCard
          day={{ name: 'الخميس', number: '١٣' }}
          title="لجنة السوق القديم"
          detail={<b class="ink-accent">يبدأ بعد ١٠ دقائق</b>}
          action={<Button kind="primary">انضمام</Button>}
        />
        <MeetCard
          title="لجنة السوق القديم"
          detail="اجتماع الآن"
          start={<Face pigment={3} form={0} kind="group" />}
          action={
            <>
              <Button kind="soft">انضمام</Button>
              <IconButton icon="bell" label="تنبيه" />
            </>
          }
        />
        <div class="card card-pad row-line">
          <Seal label="ختم" />
          <Face pigment={0} form={2} kind="service" />
          <span class="t-heading">السجل المدني</span>
          <Verified label="خدمة رسمية" />
        </div>
      </div>
    </Part>
  );
}
