"""Names and titles as they may be written: wide or narrow letters, with something between them, in
traditional characters. What is compared is folded to one way first.
"""

import unicodedata

_ENDS = frozenset("。!?;")
"""What ends a sentence stands between two names, not within one."""
_PAIRS = """
趙赵 錢钱 孫孙 吳吴 鄭郑 馮冯 陳陈 蔣蒋 韓韩 楊杨 許许 呂吕 張张 華华 嚴严 謝谢 鄒邹 竇窦 雲云
蘇苏 範范 魯鲁 韋韦 馬马 鳳凤 葉叶 喬乔 賴赖 龍龙 黃黄 盧卢 羅罗 畢毕 齊齐 顏颜 湯汤 鄔邬 龐庞
紀纪 項项 閔闵 藍蓝 麥麦 賈贾 婁娄 劉刘 鐘钟 鍾钟 駱骆 單单 諸诸 鄧邓 賀贺 龔龚 陸陆 榮荣 鞏巩
車车 儲储 萬万 闕阙 鄺邝 歐欧 關关 聶聂 寧宁 蕭萧 譚谭 閻阎 餘余 週周 遲迟 連连 習习 鮑鲍 樂乐
時时 蔔卜 勞劳 闞阚 應应 衛卫 繆缪 談谈 蓋盖 師师 厲厉 諶谌 嶽岳 塗涂 紅红 陰阴 鬱郁 莊庄 邊边
溫温 陽阳 烏乌 戰战 寶宝 賽赛 費费 尋寻 東东 滿满 薑姜 葦苇 蒼苍 薈荟 薩萨 藥药 蘆芦 顧顾 塵尘
壯壮 曉晓 嵐岚 麗丽 偉伟 國国 強强 軍军 傑杰 濤涛 飛飞 鵬鹏 輝辉 剛刚 艷艳 豔艳 靜静 潔洁 瓊琼
瑩莹 瑤瑶 瓏珑 蘭兰 蓮莲 婭娅 嬌娇 嫻娴 媽妈 學学 愛爱 慶庆 憲宪 懷怀 揚扬 擁拥 會会 朧胧 樺桦
橋桥 權权 歡欢 歲岁 歸归 漢汉 澤泽 瀅滢 瀾澜 灝灏 煒炜 燁烨 熾炽 爾尔 獻献 環环 璽玺 瑋玮 璦瑷
畫画 盡尽 禎祯 禮礼 穎颖 積积 競竞 筆笔 節节 籃篮 絲丝 純纯 紋纹 紹绍 終终 結结 維维 綠绿 緒绪
綺绮 縈萦 織织 繼继 續续 纓缨 義义 聖圣 聞闻 聯联 聰聪 聲声 興兴 藝艺 蘊蕴 蟬蝉 術术 見见 規规
覺觉 親亲 觀观 計计 詩诗 詠咏 誠诚 語语 誼谊 諾诺 謙谦 譽誉 讓让 豐丰 貝贝 貞贞 財财 貴贵 賓宾
賢贤 贊赞 躍跃 軒轩 輕轻 達达 運运 遠远 邁迈 醫医 銀银 銘铭 銳锐 錦锦 錫锡 鎮镇 鏡镜 鐵铁 鑒鉴
長长 門门 開开 閣阁 閩闽 閱阅 陣阵 際际 隨随 隱隐 雙双 離离 電电 霧雾 靈灵 韻韵 順顺 預预 頌颂
領领 頤颐 題题 願愿 類类 顯显 風风 養养 駿骏 騰腾 驍骁 驥骥 驊骅 魚鱼 鮮鲜 鴻鸿 鵑鹃 鶯莺 鶴鹤
鷗鸥 黨党 齡龄 夢梦 實实 寬宽 將将 專专 導导 層层 峽峡 島岛 帥帅 幹干 廣广 彥彦 彌弥 從从 復复
恆恒 悅悦 愷恺 憶忆 戶户 據据 掃扫 昇升 晉晋 暉晖 暢畅 曄晔 書书 棟栋 楓枫 業业 極极 標标 樹树
橫横 檔档 歷历 氣气 沖冲 況况 淨净 淵渊 湧涌 溝沟 滄沧 潁颍 潤润 濱滨 瀟潇 為为 煥焕 爍烁 牆墙
獨独 產产 異异 發发 盤盘 眾众 碩硕 確确 種种 稱称 穩稳 簡简 約约 級级 細细 經经 綱纲 網网 線线
編编 緯纬 練练 縣县 總总 績绩 臨临 臺台 舉举 舊旧 處处 號号 補补 裝装 製制 認认 訓训 記记 訪访
設设 證证 評评 詢询 該该 調调 請请 諒谅 議议 護护 變变 貨货 責责 買买 資资 質质 贈赠 辦办 農农
遊游 過过 選选 遷迁 郵邮 鄉乡 鄰邻 釋释 針针 鈺钰 鈞钧 鋒锋 鋼钢 錄录 鏈链 鑽钻 閑闲 陞升 隊队
雋隽 雜杂 難难 韜韬 頂顶 須须 頓顿 飯饭 館馆 駐驻 驗验 員员 區区 團团 圍围 執执 勝胜 勵励 勳勋
動动 務务 劃划 協协 廳厅 廠厂 壇坛 奮奋 奧奥 婦妇 寫写 審审 對对 屆届 崗岗 幫帮 彈弹 憑凭 慮虑
僑侨 儀仪 優优 億亿 倫伦 俠侠 傳传 僅仅 兒儿 內内 兩两 冊册 凱凯 則则 創创 劍剑 劇剧 勁劲 匯汇
參参 問问 啟启 嘯啸 圖图 圓圆 園园 堅坚 場场 堯尧 報报 壽寿 姍姗 嶺岭 巒峦 帶带 庫库 廟庙 廬庐
髮发 綜综 監监 隸隶 轄辖 檢检 贏赢 紳绅 緣缘 羨羡 賦赋 軼轶 輔辅 釗钊 鈴铃 鍵键 鑄铸 闊阔 霽霁
樓楼 蔭荫 灣湾
"""
"""Traditional and simplified, of the characters that names, titles and offices are made of."""
_SIMPLIFIED = str.maketrans({pair[0]: pair[1] for pair in _PAIRS.split()})


def simplified(text: str) -> str:
    """In narrow letters and simplified characters, with everything between them."""
    return unicodedata.normalize("NFKC", text).translate(_SIMPLIFIED)


def folded(text: str) -> str:
    """In narrow letters and simplified characters, with nothing between them but ends of sentences.

    “網-格-員 趙·曉·嵐” is 网格员赵晓岚.
    """
    plain = simplified(text).casefold()
    return "".join(letter for letter in plain if letter.isalnum() or letter in _ENDS)
