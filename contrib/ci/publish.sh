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

as_outfeed()
{
	git -c user.name="${GIT_NAME:-outfeed}" -c user.email="${GIT_EMAIL:-outfeed@localhost}" "$@"
}

subject="outfeed.ids: ids of new items [skip ci]"

# commit_ids [--amend]: that file alone, whatever else is changed or staged. False where it is as
# it was.
commit_ids()
{
	if git check-ignore -q outfeed.ids; then
		echo "publish.sh: .gitignore has outfeed.ids, which keeps the ids of items: take it out" >&2
		exit 1
	fi
	git add -- outfeed.ids
	! git diff --cached --quiet -- outfeed.ids || return 1
	# a push must not start the job anew
	as_outfeed commit -q "$@" -m "$subject" -- outfeed.ids
	echo "publish.sh: outfeed.ids committed"
}

# Lines of outfeed.ids that two jobs added are both wanted, in this clone at least.
join_ids()
{
	attributes=$(git rev-parse --git-path info/attributes)
	mkdir -p "$(dirname "$attributes")"
	grep -qs '^outfeed.ids ' "$attributes" || echo 'outfeed.ids merge=union' >>"$attributes"
}

# Somebody may have pushed meanwhile: theirs is taken first, and the list is made of all items.
push_ids()
{
	branch=${PUSH_BRANCH:-$(git rev-parse --abbrev-ref HEAD)}
	join_ids
	for try in 1 2 3; do
		if git push -q "${PUSH_REMOTE:-origin}" "HEAD:refs/heads/$branch"; then
			return 0
		fi
		echo "publish.sh: push $try was refused, taking what is new first" >&2
		if ! as_outfeed pull -q --rebase --autostash "${PUSH_REMOTE:-origin}" "$branch"; then
			git rebase --abort 2>/dev/null || true
			break
		fi
		"$outfeed" build --quiet --export-ids .
		amend=
		[ "$(git log -1 --format=%s)" != "$subject" ] || amend=--amend
		commit_ids $amend || true
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
if commit_ids && [ "${PUSH:-0}" = 1 ]; then
	push_ids
fi
