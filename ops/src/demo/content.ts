// What the demo shows. The rooms are not encrypted, because no device of the demo's people is there to hold keys.

export const demoPassword = 'majlis-demo';

export const demoAccounts: readonly { readonly username: string; readonly displayName: string }[] = [
  { username: 'layla', displayName: 'ليلى' },
  { username: 'yusuf', displayName: 'يوسف' },
  { username: 'sara', displayName: 'Sara' },
  { username: 'daniel', displayName: 'Daniel' },
];

export interface DemoRoom {
  /** Never changes: it is in the transaction ids. */
  readonly key: string;
  /** Without a name it is a direct chat. */
  readonly name?: string;
  readonly topic?: string;
  /** The first makes the room and invites the others. */
  readonly members: readonly string[];
  readonly messages: readonly (readonly [sender: string, text: string])[];
}

export const demoRooms: readonly DemoRoom[] = [
  {
    key: 'garden',
    name: 'حديقة الحي',
    topic: 'ترتيب العمل في الحديقة المشتركة',
    members: ['layla', 'yusuf', 'sara'],
    messages: [
      ['layla', 'السلام عليكم، موعدنا يوم السبت الساعة التاسعة صباحًا.'],
      ['yusuf', 'وعليكم السلام. سأحضر الأدوات وخرطوم الماء.'],
      ['sara', 'I can bring seedlings: tomatoes and mint 🌱'],
      ['layla', 'رائع! نحتاج أيضًا إلى سماد، حوالي ٢٠ كيلوغرامًا.'],
      ['yusuf', 'عندي نصف الكمية، ونشتري الباقي من السوق.'],
    ],
  },
  {
    key: 'team',
    name: 'Project team',
    topic: 'Weekly plan and meeting notes',
    members: ['daniel', 'sara', 'layla'],
    messages: [
      ['daniel', 'Good morning! The agenda for today: budget, the Arabic texts, the launch date.'],
      ['sara', 'The texts are ready for review. I will share them before noon.'],
      ['layla', 'سأراجعها اليوم وأكتب ملاحظاتي هنا.'],
      ['daniel', 'Thank you both. Shall we meet at 15:30?'],
      ['sara', '15:30 works.'],
    ],
  },
  {
    key: 'layla-sara',
    members: ['layla', 'sara'],
    messages: [
      ['layla', 'هل وصلتك الصور من الرحلة؟'],
      ['sara', 'Yes, they are beautiful! Thank you.'],
    ],
  },
];
