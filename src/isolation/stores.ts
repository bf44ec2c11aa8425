/** Places below a home that no run is to see or change, whatever else of the home it is let into. */

/** Secrets of the operator, what his programs obey, and what his shell and desktop start. Paths below the home. */
export const stores = `
  .ssh .gnupg .aws .azure .kube .docker .netrc .git-credentials .config/git/credentials .config/gh
  .config/glab-cli .config/hub .config/gcloud .config/op .config/sops .config/rclone .password-store
  .local/share/keyrings .local/share/kwalletd .vault-token .npmrc .yarnrc.yml .pypirc .config/pip
  .gem/credentials .cargo/credentials.toml .cargo/credentials .m2/settings.xml .gradle/gradle.properties
  .composer/auth.json .config/composer .terraform.d .config/containers .pgpass .my.cnf .mozilla
  .config/google-chrome .config/chromium .config/BraveSoftware .thunderbird .claude .claude.json .codex
  .gemini .config/opencode .local/share/opencode .bash_history .zsh_history .config/marrow .local/state/marrow
  .bashrc .bash_profile .bash_login .bash_logout .profile .zshrc .zshenv .zprofile .zlogin .zlogout .config/fish
  .config/autostart .config/systemd .config/environment.d .local/share/systemd .pam_environment .xprofile
  .xsession .xsessionrc .tmux.conf .config/tmux .direnvrc .config/direnv .terraformrc .databrickscfg .config/doctl
  .config/Code .config/Cursor .vscode-server .cursor .snowsql .boto .s3cfg .kaggle .huggingface
  .cache/huggingface/token .config/hcloud .config/stripe .config/configstore .local/share/containers
  Library/Keychains Library/LaunchAgents Library/Application\\0Support Library/Cookies Library/Mail Library/Messages
`
  .trim()
  .split(/\s+/)
  .map((path) => path.replace('\\0', ' '))
