# Run by CPack before it packs: the staged files of each package as Debian's policy has
# them: pages and changelogs compressed without a time in them, the licence as
# `copyright`, completions of zsh where Debian's looks.

# The date of a changelog's entry: SOURCE_DATE_EPOCH's where that is set.
string(TIMESTAMP weekday "%a" UTC)
string(TIMESTAMP date "%d %b %Y %H:%M:%S" UTC)
set(source ${CPACK_OUTFEED_SOURCE})
set(version ${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})

function(compress)
	execute_process(COMMAND gzip -9nf ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(finish_package root package)
	file(GLOB pages ${root}/usr/share/man/man*/*.[1-9])
	if(pages)
		compress(${pages})
	endif()
	if(EXISTS ${root}/usr/share/zsh/site-functions)
		file(RENAME ${root}/usr/share/zsh/site-functions
			${root}/usr/share/zsh/vendor-completions)
	endif()
	# One script moves a feed's ids, once: run by hand, and no reason to want a Python
	set(script ${root}/usr/share/outfeed/ids-from-feed.py)
	if(EXISTS ${script})
		file(CHMOD ${script} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
	endif()
	set(doc ${root}/usr/share/doc/${package})
	file(MAKE_DIRECTORY ${doc})
	file(REMOVE ${doc}/LICENSE ${doc}/CHANGELOG.md)
	file(COPY_FILE ${source}/LICENSE ${doc}/copyright)
	file(COPY_FILE ${source}/contrib/CHANGELOG.md ${doc}/changelog)
	file(WRITE ${doc}/changelog.Debian "outfeed (${version}) unstable; urgency=medium\n\n"
		"  * What is new is in changelog.gz.\n\n"
		" -- ${CPACK_PACKAGE_CONTACT}  ${weekday}, ${date} +0000\n")
	compress(${doc}/changelog ${doc}/changelog.Debian)
	file(GLOB_RECURSE files LIST_DIRECTORIES true ${root}/usr/*)
	foreach(file ${root}/usr ${files})
		if(IS_DIRECTORY ${file})
			file(CHMOD ${file} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
				GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
		endif()
	endforeach()
endfunction()

set(packages ${CPACK_OUTFEED_PACKAGES})
while(packages)
	list(POP_FRONT packages component package)
	finish_package(${CPACK_TEMPORARY_DIRECTORY}/${component} ${package})
endwhile()
