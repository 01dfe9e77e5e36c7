export const common = {
  copied: 'Copied',
  copy: 'Copy',
  close: 'Close',
  cancel: 'Cancel',
  tryAgain: 'Try again',
  back: 'Back',
  optional: 'optional',
  loading: 'Loading',
};

export const shell = {
  title: 'iOmniHub Webhooks',
  skip: 'Skip to the content',
  webhooks: 'Webhooks',
  events: 'Events',
  doctor: 'Signature doctor',
  playground: 'Playground',
  noticesNew: (count: number) => (count === 0 ? 'Notices' : `Notices, ${count} new`),
  navigation: 'Main',
  language: 'Language',
  keyboard: 'Keyboard shortcuts',
  timesIn: (zone: string) => `times in ${zone}`,
  viewOnly: 'View only',
  signOut: 'Sign out',
  keys: {
    search: 'Search',
    next: 'Next row',
    previous: 'Previous row',
    open: 'Open the row',
    resend: 'Resend the delivery',
    close: 'Close the panel or dialog',
    help: 'Show these shortcuts',
  },
  noSession: {
    'no-link': {
      title: 'Open this page from iOmniHub',
      text: 'The page opens with a link that iOmniHub makes for you. Go to iOmniHub and open your webhooks there.',
    },
    'link-used': {
      title: 'This link does not open the page any more',
      text: 'Each link opens the page once, within a few minutes. Go back to iOmniHub and open your webhooks again.',
    },
    ended: {
      title: 'Your session has ended',
      text: 'Nothing is lost. Go back to iOmniHub and open your webhooks again.',
    },
    'signed-out': { title: 'You have signed out', text: 'Go to iOmniHub to open your webhooks again.' },
    suspended: {
      title: 'The account is suspended',
      text: 'While it is, nothing is delivered and nothing can be changed. Ask iOmniHub why.',
    },
  },
  offline: {
    title: 'No connection to iOmniHub',
    text: 'Check your network. The page goes on by itself as soon as it gets an answer.',
  },
  notFound: {
    title: 'There is nothing here',
    text: 'It may have been deleted, or the address is not complete.',
    action: 'Go to the webhooks',
  },
};
