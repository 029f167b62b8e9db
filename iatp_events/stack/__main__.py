"""Write what is needed, and become the supervisor: whoever ends this process ends all of them, in order."""

import os
import shutil
import signal
import sys

from iatp_events.lib.leash import leash
from iatp_events.stack import configs, database, plan

NGINX_ELSEWHERE = "/usr/sbin/nginx"


def main() -> None:
    nginx = shutil.which("nginx") or (NGINX_ELSEWHERE if os.access(NGINX_ELSEWHERE, os.X_OK) else "")
    if not nginx:
        sys.exit("nginx is missing: apt-get install --no-install-recommends nginx-light")
    ours = plan.made()
    programs = database.make(ours)
    configs.ready(ours).unlink(missing_ok=True)
    config = configs.write(ours, nginx, programs)
    configs.tell(ours, config)
    leash(signal.SIGTERM)
    os.execv(sys.executable, [sys.executable, "-m", "supervisor.supervisord", "-c", str(config)])  # noqa: S606


if __name__ == "__main__":
    main()
