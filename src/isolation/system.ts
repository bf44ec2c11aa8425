/** Places of the machine itself that no run is to see, and the few in hidden folders that every program needs. */
import type { PathFacts, Wish } from './policy.ts'

/** Folders in which other programs and users keep what is theirs, sockets above all. They are private and empty inside. */
const privateFolders = [
  ['/tmp', 'private, and gone with the run'],
  ['/var/tmp', 'private, and gone with the run'],
  ['/run', 'sockets of the machine: docker, dbus, the service manager'],
  ['/var/run', 'sockets of the machine'],
  ['/home', 'homes of people'],
  ['/root', 'the home of root'],
  ['/Users', 'homes of people'],
  ['/mnt', 'other disks, and on WSL that of Windows'],
  ['/media', 'other disks'],
  ['/Volumes', 'other disks'],
  ['/System/Volumes/Data', 'a second name for all that is not the system'],
  ['/private/var/folders', 'private files of people and their programs'],
] as const

/** Without these nothing works: whoever names one as a folder of an agent cannot mean that it is to be hidden. */
const systemFolders = `
  / /usr /usr/local /bin /sbin /lib /lib64 /etc /opt /var /dev /proc /sys /nix /nix/store /gnu /gnu/store
  /System /Library /Applications /private /private/etc /private/var
`
  .trim()
  .split(/\s+/)

/** Files that only root may read: a run of a daemon that is root could, for it is root in all but its capabilities. */
const secretPlaces = `
  /etc/shadow /etc/shadow- /etc/gshadow /etc/gshadow- /etc/sudoers /etc/sudoers.d /etc/ssh /etc/ssl/private
  /etc/pki/tls/private /etc/letsencrypt /etc/wireguard /etc/ppp /etc/NetworkManager/system-connections
  /etc/krb5.keytab /etc/ipsec.secrets /etc/openvpn /etc/wpa_supplicant /etc/iwd /etc/netplan /etc/sssd
  /etc/apt/auth.conf /etc/apt/auth.conf.d /etc/mysql/debian.cnf /etc/postfix/sasl_passwd /etc/exim4/passwd.client
  /etc/cryptsetup-keys.d /etc/davfs2/secrets /etc/msmtprc /etc/bind/rndc.key /var/cache/debconf/passwords.dat
  /var/lib/samba/private /var/lib/krb5kdc
  /etc/gitlab-runner /etc/cloud /etc/master.passwd /etc/docker /etc/kubernetes /etc/rancher /etc/machine-info /etc/credstore
  /etc/credstore.encrypted /etc/security/opasswd /var/backups /var/spool /var/mail /var/log /var/lib/docker
  /var/lib/containerd /var/lib/containers /var/lib/kubelet /var/lib/rancher /var/lib/systemd /var/lib/sss
  /var/lib/NetworkManager /var/lib/bluetooth /var/lib/postgresql /var/lib/mysql /var/lib/redis
  /var/lib/mongodb /var/lib/rabbitmq /var/lib/lxd /var/lib/lxc /var/lib/incus /var/lib/libvirt /var/lib/machines
  /var/lib/cloud /var/lib/private /var/lib/iwd /var/lib/tailscale /var/lib/jenkins /var/lib/gitlab-runner
  /var/lib/vault /var/lib/sudo /var/snap /var/opt /var/db/sudo /var/root
  /nix/var/nix/daemon-socket /boot /proc/kcore /sys/fs/pstore /etc/ssh/ssh_host_rsa_key
  /etc/ssh/ssh_host_dsa_key /etc/ssh/ssh_host_ecdsa_key /etc/ssh/ssh_host_ed25519_key
`
  .trim()
  .split(/\s+/)

/** What stands in hidden folders although it belongs to the system, NixOS itself among it. */
const systemWithin = [
  '/run/current-system',
  '/run/wrappers',
  '/run/host/fonts',
  '/etc/ssh/ssh_config',
  '/etc/ssh/ssh_config.d',
  '/etc/ssh/ssh_known_hosts',
]
const NAME_SERVER = '/etc/resolv.conf' // On most machines a link into /run.

/** Where programs may put what they need for as long as they run. */
const temporary: readonly string[] = ['/tmp', '/var/tmp', '/run', '/var/run']

/** The machine read-only, without what is somebody else's. */
export function systemWishes({ realPath, kindOf }: PathFacts): Wish[] {
  const hidden = [
    ...privateFolders,
    ...secretPlaces.map((path) => [path, 'a secret of the machine'] as const),
  ]
  const needed = [...systemWithin, realPath(NAME_SERVER)]
  return [
    { path: '/', access: 'read-only', why: 'the machine' },
    // Where it is a link, as /home is on some machines, what it leads to is hidden, unless that is half the machine.
    ...hidden
      .filter(([path]) => kindOf(path) !== undefined && !isOfSystem(realPath(path)))
      // They are memory, and only temporary files have any business there.
      .map(([path, why]): Wish => ({ path, access: 'hidden', closed: !temporary.includes(path), why })),
    ...needed.map((path): Wish => ({
      path,
      access: 'read-only',
      why: 'needed by every program',
      reveals: true,
    })),
  ]
}

/** Whether a folder as a whole is other people's. */
export function isPrivate(folder: string): boolean {
  return privateFolders.some(([path]) => path === folder)
}

/** Whether a folder is one that programs cannot do without. */
export function isOfSystem(folder: string): boolean {
  return systemFolders.includes(folder)
}
