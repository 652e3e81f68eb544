#!/bin/sh
# What a scheduled job of a code host does with a site that lives in a git repository.
#
#   publish.sh build [SITE]    the feeds, and outfeed.ids committed where it changed
#   publish.sh audit [SITE]    the links, as far as BUDGET allows; then the same
#
# A host forgets: outfeed.ids is what keeps the ids of the items, and the cache of
# .outfeed/ what keeps the history of the links. Both may be lost without harm but that.
#
# OUTFEED   the program                               (outfeed)
# BUDGET    of an audit, which the next one goes on from  (20m)
# PUSH      1: push what was committed to the branch it was cloned from  (0)
#
# Exit status: that of outfeed, but 0 where an audit has findings (3): its reports tell them.
set -eu

what=${1:-}
site=${2:-.}
outfeed=${OUTFEED:-outfeed}
case $what in
build | audit) ;;
*)
	echo "usage: publish.sh build|audit [SITE]" >&2
	exit 2
	;;
esac

# commit_ids: that file alone, whatever else is changed or staged; nothing where it is as it was.
commit_ids()
{
	git add -- outfeed.ids
	if git diff --cached --quiet -- outfeed.ids; then
		return 0
	fi
	# a push must not start the job anew
	git -c user.name="${GIT_NAME:-outfeed}" -c user.email="${GIT_EMAIL:-outfeed@localhost}" \
		commit -q -m "outfeed.ids: ids of new items [skip ci]" -- outfeed.ids
	echo "publish.sh: outfeed.ids committed"
	[ "${PUSH:-0}" = 1 ] || return 0
	push_ids
}

# Somebody may have pushed meanwhile: the lines of both are wanted, and a conflict is theirs
# to solve (the next run lists again what is missing).
push_ids()
{
	branch=${PUSH_BRANCH:-$(git rev-parse --abbrev-ref HEAD)}
	for try in 1 2 3; do
		if git push -q "${PUSH_REMOTE:-origin}" "HEAD:refs/heads/$branch"; then
			return 0
		fi
		echo "publish.sh: push $try was refused, taking what is new first" >&2
		git -c user.name="${GIT_NAME:-outfeed}" -c user.email="${GIT_EMAIL:-outfeed@localhost}" \
			pull -q --rebase --autostash "${PUSH_REMOTE:-origin}" "$branch"
	done
	echo "publish.sh: outfeed.ids could not be pushed" >&2
	return 1
}

cd -- "$site"
if [ "$what" = audit ]; then
	status=0
	"$outfeed" audit --budget "${BUDGET:-20m}" . || status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ] || exit "$status"
fi
# after the audit, for what it learned of images and dead sources
"$outfeed" build --export-ids .
commit_ids
