/** What every screen says: units, places, errors. */
export const app = {
  // Units and time
  kilobytes: '{amount} KB',
  megabytes: '{amount} MB',
  gigabytes: '{amount} GB',
  kilobitsASecond: '{amount} kbit/s',
  megabitsASecond: '{amount} Mbit/s',
  yesterday: 'Yesterday',

  // Places
  appName: 'Majlis',
  places: 'Places',
  chats: 'Chats',
  meetings: 'Meetings',
  you: 'You',
  back: 'Back',
  close: 'Close',
  cancel: 'Cancel',
  save: 'Save',
  done: 'Done',
  later: 'Later',
  next: 'Next',
  copy: 'Copy',
  copied: 'Copied.',
  retry: 'Try again',
  more: 'More',
  loading: 'Loading',
  notFoundTitle: 'There is nothing at this address',
  notFoundDetail: 'The link may be old or cut short.',
  toChats: 'To the chats',
  listOfChats: 'List of chats',
  skipToContent: 'Skip to content',
  somethingBroke: 'This view did not open',

  // Errors
  noConnectionTry: 'No connection. Try again when the network is back.',
  serverRefused: 'The server did not accept this.',
  serverTrouble: 'The server has trouble. Please try again in a moment.',
  notAllowed: 'This is not allowed here.',
  storageTrouble: 'This device is out of space. Free some and try again.',
  encryptionTrouble: 'The message could not be locked. Please reload the page.',
  tooLarge: 'This is larger than the server takes.',
  noSuchPerson: 'Nobody has this name here.',
  didNotWork: 'That did not work. Please try again.',

  // Elsewhere
  elsewhereTitle: 'Majlis is open in another tab',
  elsewhereDetail: 'One tab at a time keeps your keys safe.',
  useHere: 'Use here',
} as const;
